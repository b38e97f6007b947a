package io.sluice.service.pgtask;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.core.feed.FeedDirectory;
import io.sluice.core.metric.Metric;
import io.sluice.core.sql.Transactions;
import io.sluice.pgtask.RewriteWatch;
import io.sluice.pgtask.TaskKinds;
import io.sluice.pgtask.declaration.TaskDirectory;
import io.sluice.pgtask.run.DatabasePools;
import io.sluice.pgtask.run.RunHistory;
import io.sluice.pgtask.run.TaskMetrics;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.schedule.TaskScheduler;
import io.sluice.service.DatabaseConfiguration;
import io.sluice.service.LedgerDatabase;
import io.sluice.service.Loop;
import io.sluice.service.SluiceProperties;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The objects of pgtask. Neither a broker nor staging is needed. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableConfigurationProperties(PgtaskProperties.class)
@Import(DatabaseConfiguration.class)
public class PgtaskConfiguration {

  /** What a service with tasks is told unless its configuration says otherwise. */
  public static final Map<String, Object> DEFAULTS =
      Map.of("management.endpoint.health.group.readiness.include", "readinessState,stages,tasks");

  private static final Duration HISTORY_EVERY = Duration.ofMinutes(1);

  @Bean
  TaskDirectory taskDirectory(
      SluiceProperties common, PgtaskProperties properties, FeedDirectory feeds) {
    TaskDirectory tasks = new TaskDirectory(properties.tasks(), feeds::current);
    tasks.watch(common.feedsReload());
    return tasks;
  }

  @Bean
  DatabasePools databasePools(
      SluiceProperties common,
      PgtaskProperties properties,
      TaskDirectory tasks,
      MeterRegistry registry) {
    SluiceProperties.Database warehouse = common.database();
    return new DatabasePools(
        properties.warehouse(warehouse),
        warehouse.password(),
        tasks::current,
        warehouse.timeout(),
        registry);
  }

  @Bean
  RunHistory runHistory(Transactions transactions, PgtaskProperties properties) {
    return new RunHistory(transactions, properties.lease());
  }

  @Bean
  TaskMetrics taskMetrics(MeterRegistry registry) {
    return new TaskMetrics(registry);
  }

  @Bean
  RewriteWatch rewriteWatch(
      TaskDirectory tasks, TaskRunner runner, RunHistory history, TaskMetrics metrics) {
    return new RewriteWatch(tasks::current, runner, history, metrics);
  }

  @Bean
  TaskRunner taskRunner(
      DatabasePools databases,
      RunHistory history,
      Transactions transactions,
      TaskMetrics metrics,
      SluiceProperties common,
      PgtaskProperties properties,
      FeedDirectory feeds,
      Clock clock) {
    TaskRunner runner =
        new TaskRunner(
            databases, history, metrics, clock, common.instance(), properties.renewEvery());
    return TaskKinds.register(
        runner, transactions, common.staging().s3().settings(), feeds::isGone);
  }

  @Bean
  TaskScheduler taskScheduler(
      DataSource dataSource,
      TaskDirectory tasks,
      TaskRunner runner,
      RunHistory history,
      SluiceProperties common,
      PgtaskProperties properties,
      MeterRegistry registry,
      Clock clock) {
    TaskScheduler scheduler =
        new TaskScheduler(
            dataSource, tasks::current, runner, history, clock, properties.scheduler(common));
    registry.gauge(Metric.TASK_ELSEWHERE.meter(), scheduler, s -> s.elsewhere().size());
    return scheduler;
  }

  /** Starts when the ledger is there; follows the declarations from then on. */
  @Bean
  Loop taskLoop(LedgerDatabase ledger, TaskScheduler scheduler, SluiceProperties common) {
    return new Loop(
        "tasks",
        common.feedsReload(),
        () -> {
          ledger.check();
          scheduler.start();
          scheduler.sync();
        });
  }

  @Bean
  Loop taskHistoryLoop(
      LedgerDatabase ledger,
      TaskDirectory tasks,
      TaskRunner runner,
      RunHistory history,
      RewriteWatch rewrites,
      PgtaskProperties properties,
      Clock clock) {
    return new Loop(
        "task history",
        HISTORY_EVERY,
        () -> {
          ledger.ensureLedger();
          runner.lookAround(tasks.current().tasks().keySet());
          rewrites.look();
          history.forgetBefore(clock.instant().minus(properties.historyKeep()));
        });
  }

  @Bean
  HealthIndicator tasks(
      TaskScheduler scheduler, TaskDirectory tasks, RunHistory history, RewriteWatch rewrites) {
    return new TasksHealth(scheduler, tasks, history, rewrites);
  }
}
