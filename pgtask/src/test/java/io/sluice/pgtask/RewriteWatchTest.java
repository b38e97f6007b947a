package io.sluice.pgtask;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.metric.Metric;
import io.sluice.pgtask.copyswap.AbandonmentTest;
import io.sluice.pgtask.run.TaskMetrics;
import io.sluice.pgtask.task.TaskSet;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RewriteWatchTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private RewriteWatch watch(TaskFixture db) {
    return new RewriteWatch(
        () -> new TaskSet(Map.of(), Map.of()), db.runner, db.history, new TaskMetrics(registry));
  }

  private double orphans() {
    return registry.get(Metric.TASK_ORPHANS.meter()).gauge().value();
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void tellsWhatNoScheduleCarriesOn(int major) throws SQLException {
    try (TaskFixture db = AbandonmentTest.killed(major, 1L << 30)) {
      RewriteWatch watch = watch(db);
      db.sql("update sluice.task_run set state = 'lost'");
      watch.look();
      assertThat(watch.orphans())
          .singleElement()
          .asString()
          .contains("conversion of app.t, log ", "sluice task abandon app.t");
      assertThat(orphans()).isEqualTo(1);
      db.sql(
          "insert into sluice.scheduled_tasks (task_name, task_instance, execution_time, picked, version)"
              + " values ('sluice-task', 'convert Every[rest=PT1H]', now(), false, 1)");
      watch.look();
      assertThat(watch.orphans()).isEmpty();
      assertThat(orphans()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void abandonsIt_whenItsLogIsTooLarge(int major) throws SQLException {
    try (TaskFixture db = AbandonmentTest.killed(major, 100_000)) {
      RewriteWatch watch = watch(db);
      db.sql("update sluice.task_run set state = 'lost'", "update app.t set note = 'more'");
      watch.look();
      assertThat(db.texts("select relname from pg_class where relname like '%\\_\\_sluice%'"))
          .isEmpty();
      assertThat(
              db.texts(
                  "select kind || by || array_to_string(problems, '') from sluice.task_run order by id desc limit 1"))
          .singleElement()
          .asString()
          .startsWith("abandonlog limitthe rewrite of app.t is abandoned: its change log has ");
      watch.look();
      assertThat(watch.orphans()).isEmpty();
    }
  }
}
