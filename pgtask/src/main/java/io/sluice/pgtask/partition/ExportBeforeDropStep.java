package io.sluice.pgtask.partition;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.expired.ExpiredLedger;
import io.sluice.pgtask.expired.ExpiredLedger.ExpiringPartition;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.StepResult;
import io.sluice.pgtask.run.TaskRun;
import java.io.UncheckedIOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Exports a partition while its parent still shows it, so that one that cannot be exported stays
 * where it was. Somebody may write to it until it is detached; {@link #isWhole} tells.
 */
final class ExportBeforeDropStep implements Step {

  /** external_routine_exception: neither the server nor the statement is at fault. */
  private static final String NOT_WRITTEN = "38000";

  /**
   * Rows fewer or more, or of a transaction that the snapshot does not see. xmin has 32 bits of the
   * 64: of a young one the others are those of the snapshot, and age tells which is young. See
   * https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT
   */
  private static final String UNCHANGED =
      """
      with s as (
        select s.snapshot, pg_snapshot_xmin(s.snapshot) as xmin,
          pg_snapshot_xmin(s.snapshot)::text::numeric as number
        from (select ?::pg_snapshot as snapshot) s)
      select count(*) = ? and count(*) filter (
        where age(p.xmin) <= age(s.xmin::xid) and not pg_visible_in_snapshot(
          (s.number + mod(p.xmin::text::numeric - mod(s.number, 4294967296) + 4294967296, 4294967296))::text::xid8,
          s.snapshot)) = 0
      from s cross join %s p
      """;

  private final ExpiringPartition expiring;
  private final URI to;
  private final BeforeDrop exporter;
  private final ExpiredLedger ledger;
  private String snapshot;
  private BeforeDrop.Saved saved;

  ExportBeforeDropStep(
      ExpiringPartition expiring, URI to, BeforeDrop exporter, ExpiredLedger ledger) {
    this.expiring = expiring;
    this.to = to;
    this.exporter = exporter;
    this.ledger = ledger;
  }

  @Override
  public String description() {
    return "export %s to %s; the partition stays if that fails".formatted(expiring.partition(), to);
  }

  @Override
  public List<String> sql() {
    return List.of("<copy %s to %s>".formatted(expiring.partition().sql(), to));
  }

  @Override
  public StepResult run(StepContext context) throws SQLException {
    snapshot =
        context.read(
            connection -> Sql.strings(connection, "select pg_current_snapshot()::text").get(0));
    try {
      saved =
          exporter.save(
              context,
              expiring.partition(),
              expiring.oid(),
              expiring.parent(),
              expiring.lower(),
              expiring.upper(),
              to);
      return StepResult.of("partitionsExported", 1).and("rowsExported", saved.rows());
    } catch (UncheckedIOException e) {
      throw new SQLException(
          "%s cannot be written: %s; fix that, the next run retries"
              .formatted(to, e.getCause().getMessage()),
          NOT_WRITTEN,
          e);
    }
  }

  /** Whether nothing was written since, now that it is detached; then the ledger knows it too. */
  boolean isWhole(TaskRun run) throws SQLException {
    boolean whole = run.read(this::unchanged);
    if (whole) {
      record(run);
    } else {
      run.note(
          "%s was written to while it was exported and detached; it is exported again"
              .formatted(expiring.partition()));
    }
    return whole;
  }

  private boolean unchanged(Connection connection) throws SQLException {
    String sql = UNCHANGED.formatted(expiring.partition().sql());
    return Sql.isTrue(connection, sql, snapshot, saved.rows());
  }

  /** Tells the ledger; only when the partition is detached. */
  void record(TaskRun run) {
    if (!run.dry()) {
      ledger.exported(expiring.oid(), saved.rows(), saved.manifest(), saved.sha256());
    }
  }
}
