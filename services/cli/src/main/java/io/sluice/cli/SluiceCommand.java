package io.sluice.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root: options that every command takes, and nothing else. */
@Command(
    name = "sluice",
    description = "Operates a Sluice pipeline: feeds, files, tasks, failures and recovery.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    versionProvider = VersionProvider.class,
    usageHelpAutoWidth = false,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      " 0:done",
      " 1:done, but problems were found, or not everything asked for could be done",
      " 2:the command line is wrong, or names something that does not exist",
      " 3:some files' counts do not add up (reconcile)",
      " 4:database or staging cannot be reached, or there is no ledger",
      " 5:the database rejected a statement, or the command itself failed",
    },
    subcommands = {
      StatusCommand.class,
      FilesCommand.class,
      FeedCommand.class,
      ReplayCommand.class,
      DeadCommand.class,
      ParkedCommand.class,
      SchemaCommand.class,
      TaskCommand.class,
      PartitionCommand.class,
      ReconcileCommand.class,
      RecoverCommand.class,
      SqlCommand.class,
      CompletionCommand.class,
      HelpCommand.class,
    })
final class SluiceCommand implements Runnable {

  private final Session session;

  @Spec private CommandSpec spec;

  SluiceCommand(Session session) {
    this.session = session;
  }

  @Option(
      names = "--url",
      scope = ScopeType.INHERIT,
      paramLabel = "URL",
      order = 100,
      description =
          "Database, as jdbc:postgresql://HOST:PORT/DATABASE. Default: SLUICE_DATABASE_URL, else"
              + " .sluice/connection.properties in the working or the home directory.")
  void setUrl(String url) {
    session.url = url;
  }

  @Option(
      names = "--user",
      scope = ScopeType.INHERIT,
      paramLabel = "ROLE",
      order = 101,
      description = "Database role. Default: SLUICE_DATABASE_USER.")
  void setUser(String user) {
    session.user = user;
  }

  @Option(
      names = "--password-file",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      order = 102,
      description = "File containing the password. Default: SLUICE_DATABASE_PASSWORD.")
  void setPasswordFile(Path file) {
    session.passwordFile = file;
  }

  @Option(
      names = "--feeds",
      scope = ScopeType.INHERIT,
      paramLabel = "DIR",
      order = 103,
      description = "Directory of the feeds. Default: SLUICE_FEEDS, else feeds.")
  void setFeeds(Path directory) {
    session.feeds = directory;
  }

  @Option(
      names = "--tasks",
      scope = ScopeType.INHERIT,
      paramLabel = "DIR",
      order = 104,
      description = "Directory of the tasks. Default: SLUICE_TASKS, else tasks.")
  void setTasks(Path directory) {
    session.tasks = directory;
  }

  @Option(
      names = "--staging",
      scope = ScopeType.INHERIT,
      paramLabel = "PLACE",
      order = 105,
      description =
          "Staging, as a directory or s3://BUCKET/PREFIX. Default: SLUICE_STAGING, else the"
              + " services' own variables SLUICE_STAGING_LOCATION and SLUICE_STAGING_S3_….")
  void setStaging(String staging) {
    session.staging = staging;
  }

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      order = 106,
      description = "Print JSON instead of tables.")
  void setJson(boolean json) {
    session.json = json;
  }

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      order = 107,
      description = "Show the stack trace of a failure.")
  void setDebug(boolean debug) {
    session.debug = debug;
  }

  @Override
  public void run() {
    spec.commandLine().usage(session.out());
  }
}
