package io.sluice.cli;

import io.sluice.pgtask.task.AttachSpec;
import io.sluice.pgtask.task.DatabaseSpec;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings back a partition that was detached to expire. */
@Command(
    name = "attach",
    description = {
      "Attaches a partition again that rotation detached and has not dropped, with its bounds.",
      "Rotation leaves it alone for --hold; correct keep: in the task meanwhile.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sluice partition attach pm.nrcelldu_p20260301",
      "  sluice partition attach billing.cdr_p20260301 --database billing --hold 30d --dry-run"
    })
final class PartitionAttachCommand implements Callable<Integer> {

  private final Session session;

  @Parameters(paramLabel = "PARTITION", description = "schema.table of the partition.")
  private String partition;

  @Option(
      names = "--hold",
      paramLabel = "TIME",
      defaultValue = "7d",
      description = "How long rotation leaves it alone. Default: ${DEFAULT-VALUE}.")
  private String hold;

  @Option(
      names = "--database",
      paramLabel = "NAME",
      defaultValue = DatabaseSpec.WAREHOUSE,
      description = "A declared database. Default: ${DEFAULT-VALUE}.")
  private String database;

  @Option(
      names = "--dry-run",
      description = "Change nothing; print the SQL and the locks of each step.")
  private boolean dryRun;

  PartitionAttachCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws SQLException {
    PartitionCommand.name(partition);
    AttachSpec spec = new AttachSpec(partition, PartitionCommand.hold(hold));
    return PartitionCommand.run(session, "attach/" + partition, database, spec, dryRun);
  }
}
