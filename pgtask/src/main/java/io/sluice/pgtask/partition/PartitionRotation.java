package io.sluice.pgtask.partition;

import io.sluice.core.fate.Fate;
import io.sluice.core.fate.SqlFates;
import io.sluice.core.sql.Transactions;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.expired.ExpiredLedger;
import io.sluice.pgtask.expired.ExpiredLedger.ExpiringPartition;
import io.sluice.pgtask.run.AtOnce;
import io.sluice.pgtask.run.TaskKind;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.PartitionSpec;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Rotates partitioned tables: makes partitions ahead and fills gaps, for all tables first, so that
 * nothing can stop tomorrow's partition; then carries on what an earlier run left half done and is
 * still due; then takes out what is due; then gives what stays the privileges of its table; then
 * analyses parents. Results: {@code partitionsCreated}, {@code partitionsFoundMade} (by others
 * meanwhile), {@code partitionsDetached}, {@code partitionsExported}, {@code rowsExported}, {@code
 * partitionsExpired}, {@code bytesFreed}, {@code bytesKept}, {@code bytesArchived}, {@code
 * marksDeleted}, {@code parentsAnalysed}.
 */
public final class PartitionRotation implements TaskKind<PartitionSpec> {

  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(5);

  private final Transactions ledger;
  private final ServerClock server;
  private final DefaultDrain drain;
  private final Optional<BeforeDrop> exporter;
  private final Predicate<String> isGone;

  /**
   * @param ledger of the warehouse, where intentions are written down
   * @param server tells the database's time, {@link ServerClock#ofServer} but in tests
   * @param drain takes default partitions apart
   * @param exporter saves partitions; without it tasks that export are refused
   * @param isGone whether a feed is declared no more, so that others rotate what they share with it
   */
  public PartitionRotation(
      Transactions ledger,
      ServerClock server,
      DefaultDrain drain,
      Optional<BeforeDrop> exporter,
      Predicate<String> isGone) {
    this.isGone = isGone;
    this.ledger = ledger;
    this.server = server;
    this.drain = drain;
    this.exporter = exporter;
  }

  @Override
  public void run(PartitionSpec spec, TaskRun run) throws SQLException {
    if (!clocksAgree(run) || !possible(spec, run)) {
      return;
    }
    ExpiredLedger expired = ExpiredLedger.of(ledger, run);
    List<TableName> held = expired.held(run.now());
    FeedTables feedTables = new FeedTables(ledger, isGone);
    List<RotatedTable> found = new RotatedTables(spec, run, feedTables, held).find();
    List<TableName> names = found.stream().map(RotatedTable::name).toList();
    List<ExpiringPartition> leaving = expired.open(run.task().name(), names);
    Set<Long> left = leaving.stream().map(ExpiringPartition::oid).collect(Collectors.toSet());
    List<RotatedTable> rotatedTables =
        found.stream().filter(rotated -> !left.contains(rotated.table().oid())).toList();
    Creation creation = new Creation(spec, run, drain, held, leaving);
    each(rotatedTables, run, creation::create);
    Expiry expiry = new Expiry(spec, run, expired, exporter, held, rotatedTables);
    expiry.carryOn();
    each(rotatedTables, run, expiry::expire);
    expiry.withdraw();
    if (spec.reapplyPrivileges()) {
      each(rotatedTables, run, rotated -> ExistingPrivileges.align(run, rotated));
    }
    OpenPartitions.note(run, rotatedTables);
    ParentStatistics.analyze(
        run, rotatedTables.stream().map(RotatedTable::table).toList(), spec.analyzeEvery());
  }

  /** One of two wrong clocks would make or drop the wrong partitions. */
  private boolean clocksAgree(TaskRun run) throws SQLException {
    Instant theirs = run.read(server::now);
    Instant ours = run.clock().instant();
    if (Duration.between(ours, theirs).abs().compareTo(CLOCKS_DIFFER) <= 0) {
      return true;
    }
    run.problem(
        "nothing is created or dropped: this host's clock says %s, the database server's says %s; correct the wrong one (NTP)"
            .formatted(ours, theirs));
    return false;
  }

  private boolean possible(PartitionSpec spec, TaskRun run) {
    if (spec.export().isPresent() && exporter.isEmpty()) {
      run.problem("this process cannot export; remove export: from the task");
      return false;
    }
    return true;
  }

  /** What one table's readers block stops that table only. */
  private static void each(
      List<RotatedTable> rotatedTables, TaskRun run, AtOnce.Work<RotatedTable> work)
      throws SQLException {
    AtOnce.each(run, rotatedTables, rotated -> alone(rotated, run, work));
  }

  private static void alone(RotatedTable rotated, TaskRun run, AtOnce.Work<RotatedTable> work)
      throws SQLException {
    try {
      run.checkNotEnded();
      work.on(rotated);
    } catch (SQLException e) {
      if (SqlFates.of(e) == Fate.PAUSE) {
        throw e;
      }
      run.problem(
          "%s could not be processed, the next run retries: %s"
              .formatted(rotated.name(), run.why(e)));
    }
  }
}
