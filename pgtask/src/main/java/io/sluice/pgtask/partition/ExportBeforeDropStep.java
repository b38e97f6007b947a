package io.sluice.pgtask.partition;

import io.sluice.pgtask.expired.ExpiredLedger;
import io.sluice.pgtask.expired.ExpiredLedger.ExpiringPartition;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.StepResult;
import java.io.UncheckedIOException;
import java.net.URI;
import java.sql.SQLException;
import java.util.List;

/** Exports a detached partition; without success it stays. */
final class ExportBeforeDropStep implements Step {

  /** external_routine_exception: neither the server nor the statement is at fault. */
  private static final String NOT_WRITTEN = "38000";

  private final ExpiringPartition expiring;
  private final URI to;
  private final BeforeDrop exporter;
  private final ExpiredLedger ledger;

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
    try {
      BeforeDrop.Saved saved =
          exporter.save(
              context,
              expiring.partition(),
              expiring.oid(),
              expiring.parent(),
              expiring.lower(),
              expiring.upper(),
              to);
      ledger.exported(expiring.oid(), saved.rows(), saved.manifest(), saved.sha256());
      return StepResult.of("partitionsExported", 1).and("rowsExported", saved.rows());
    } catch (UncheckedIOException e) {
      throw new SQLException(
          "%s cannot be written: %s; fix that, the next run retries"
              .formatted(to, e.getCause().getMessage()),
          NOT_WRITTEN,
          e);
    }
  }
}
