package io.sluice.cli;

import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.RestoreSpec;
import java.net.URI;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings back an exported partition. */
@Command(
    name = "restore",
    description = {
      "Restores an exported partition: creates a table with its parent's current structure,"
          + " fills it, verifies it against the export's checksums, and attaches it.",
      "Rotation leaves it alone for --hold. It stays invisible until the last step.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sluice partition restore pm.nrcelldu_p20260301",
      "  sluice partition restore pm.nrcelldu_p20260301 --as scratch.march --dry-run",
      "  sluice partition restore --manifest s3://archive/pm/nrcelldu_p20260301/manifest.json"
    })
final class PartitionRestoreCommand implements Callable<Integer> {

  private final Session session;

  @Parameters(
      paramLabel = "PARTITION",
      arity = "0..1",
      description = "schema.table of the partition; its latest export is used.")
  private String partition;

  @Option(
      names = "--manifest",
      paramLabel = "URI",
      description = "Instead of PARTITION: the manifest of an export.")
  private String manifest;

  @Option(
      names = "--as",
      paramLabel = "TABLE",
      description =
          "Restore into a new, separate table, schema.table, structured as it was when"
              + " exported.")
  private String as;

  @Option(
      names = "--detached",
      description = "Leave it next to its parent, under its own name, instead of attaching it.")
  private boolean detached;

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

  PartitionRestoreCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws SQLException {
    String name = "restore/" + (partition == null ? manifest : partition);
    return PartitionCommand.run(session, name, database, spec(), dryRun);
  }

  private RestoreSpec spec() {
    if ((partition == null) == (manifest == null)) {
      throw UserError.usage(
          "restore needs a partition or a --manifest, not both", "Give one of them");
    }
    if (as != null && detached) {
      throw UserError.usage(
          "--as restores into a separate table, which is never attached",
          "Use only one of --as and --detached");
    }
    Optional.ofNullable(partition).ifPresent(PartitionCommand::name);
    Optional.ofNullable(as).ifPresent(PartitionCommand::name);
    return new RestoreSpec(
        Optional.ofNullable(manifest).map(PartitionRestoreCommand::uri),
        Optional.ofNullable(partition),
        Optional.ofNullable(as),
        !detached,
        PartitionCommand.hold(hold));
  }

  private static URI uri(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      throw UserError.usage(
          "'" + text + "' is not a URI",
          "Write file:///directory/manifest.json or s3://bucket/key");
    }
  }
}
