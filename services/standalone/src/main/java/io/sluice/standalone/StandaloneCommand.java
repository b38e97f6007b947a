package io.sluice.standalone;

import io.sluice.embedded.EmbeddedException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command {@code standalone}. */
@Command(
    name = "standalone",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 100,
    sortOptions = false,
    description = {
      "Runs all of Sluice on this machine, with nothing else installed.",
      "It is a deployment of its own: the options below alone say where its data, feeds, tasks"
          + " and ports are. Environment variables can tune it (SLUICE_LOADER_CONCURRENCY,"
          + " LOGGING_LEVEL_…; see docs/configuration.md). Those that point elsewhere, such"
          + " as SLUICE_DATABASE_URL, Spring's own variables and all configuration files"
          + " are ignored."
    })
public final class StandaloneCommand implements Callable<Integer> {
  @Mixin private StandaloneOptions options = new StandaloneOptions();

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new StandaloneCommand())
            .setExecutionExceptionHandler(StandaloneCommand::sayWhy)
            .execute(args));
  }

  /** A person gets a sentence; the stack trace is for what nobody foresaw. */
  static int sayWhy(Exception failure, CommandLine line, CommandLine.ParseResult result)
      throws Exception {
    boolean foreseen =
        failure instanceof EmbeddedException
            || failure instanceof SQLException
            || failure instanceof IOException;
    if (!foreseen) {
      throw failure;
    }
    line.getErr().println(line.getCommandName() + ": " + failure.getMessage());
    return 1;
  }

  @Override
  public Integer call() throws InterruptedException {
    Tuning tuning = Tuning.of(System.getenv());
    if (!tuning.ignored().isEmpty()) {
      System.err.println(
          "Ignored, because standalone uses its own database, broker, staging, feeds and tasks: "
              + String.join(", ", tuning.ignored()));
    }
    Standalone standalone = Standalone.start(Deployment.at(options).tunedBy(tuning));
    CountDownLatch forever = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(standalone::close, "stop"));
    System.out.println(
        standalone.howToLook()
            + "Ctrl-C stops it; the next start continues where"
            + " it left off.");
    forever.await();
    return 0;
  }
}
