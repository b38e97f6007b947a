package io.sluice.service.pgtask;

import io.sluice.pgtask.schedule.TaskScheduler;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.service.SluiceProperties;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of pgtask, under {@code sluice.pgtask.*}.
 *
 * @param tasks directory with the declared tasks and databases; checked as often as the feeds
 * @param threads tasks that run at the same time in this process, at most
 * @param connections to the warehouse, for all tasks of this process together, at most
 * @param poll how often it looks for tasks that are due
 * @param lease how long a process may be silent before its runs count as lost and others take them
 *     over
 * @param historyKeep how long the history of runs and steps is kept
 */
@ConfigurationProperties("sluice.pgtask")
public record PgtaskProperties(
    @DefaultValue("tasks") Path tasks,
    @DefaultValue("4") int threads,
    @DefaultValue("8") int connections,
    @DefaultValue("5s") Duration poll,
    @DefaultValue("1m") Duration lease,
    @DefaultValue("90d") Duration historyKeep) {

  private static final int RENEWALS = 6; // in a lease

  Duration renewEvery() {
    return lease.dividedBy(RENEWALS);
  }

  DatabaseSpec warehouse(SluiceProperties.Database database) {
    return new DatabaseSpec(
        DatabaseSpec.WAREHOUSE, database.url(), database.user(), Optional.empty(), connections);
  }

  TaskScheduler.Settings scheduler(SluiceProperties common) {
    return new TaskScheduler.Settings(
        common.instance(), threads, poll, lease, common.shutdownTimeout());
  }
}
