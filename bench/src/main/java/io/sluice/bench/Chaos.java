package io.sluice.bench;

import io.sluice.bench.model.ModelRun;
import io.sluice.testkit.RabbitPrograms;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code chaos}: loads while everything around is killed, and compares the sums. */
@Command(
    name = "chaos",
    mixinStandardHelpOptions = true,
    description = {
      "Loads simulated files while services, broker and database are killed.",
      "With --model: random histories of one line, step by step, against a model of what the"
          + " warehouse must hold."
    })
final class Chaos implements Callable<Integer> {
  private static final Duration LOOK = Duration.ofMillis(500);

  private static final int SHARE_THROUGH = 4;
  private static final long SEED = 42;

  @Option(names = "--files", description = "About how many. Default: ${DEFAULT-VALUE}.")
  private int files = 5_000;

  @Option(
      names = "--seed",
      description =
          "Default: 42; with --model only this history, and its shortest part that differs.")
  private Long seed;

  @Option(
      names = "--model",
      description = "Checks histories against the model; needs neither RabbitMQ nor --files.")
  private boolean model;

  @Option(names = "--seeds", description = "With --model: how many. Default: ${DEFAULT-VALUE}.")
  private int seeds = 200;

  @Option(names = "--from", description = "With --model: the first. Default: ${DEFAULT-VALUE}.")
  private long from = 1;

  @Option(names = "--rabbitmq", description = RabbitPrograms.CHOICE)
  private String rabbitmq = "system";

  @Option(names = "--root", description = "Where Sluice is built. Default: here.")
  private Path root = Path.of("");

  @Option(names = "--dir", description = "An empty directory for all data.")
  private Path directory = Path.of("target/chaos");

  private final Clock clock = Clock.systemUTC();

  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /** Runs the command; 0 if everything is right, 1 if something differs, 2 if it could not run. */
  static int execute(String... args) {
    return new CommandLine(new Chaos())
        .setExecutionExceptionHandler(
            (failure, line, result) -> {
              line.getErr().println("chaos: " + failure.getMessage());
              return 2;
            })
        .execute(args);
  }

  @Override
  public Integer call() throws IOException, SQLException, InterruptedException {
    return model ? histories() : load();
  }

  private int histories() throws IOException, SQLException {
    System.setProperty("logback.configurationFile", "model-logback.xml"); // all complain
    List<Long> which =
        seed == null ? LongStream.range(from, from + seeds).boxed().toList() : List.of(seed);
    return ModelRun.run(which, System.out, System.err) == 0 ? 0 : 1;
  }

  private int load() throws IOException, SQLException, InterruptedException {
    RabbitPrograms rabbit = RabbitPrograms.named(rabbitmq);
    say("RabbitMQ " + rabbit.version());
    try (Surroundings surroundings = Surroundings.start(directory.toAbsolutePath(), rabbit)) {
      Programs programs =
          new Programs(root.toAbsolutePath().normalize(), surroundings, Programs.SHORT_LIVED);
      programs.writeFeed("Simulated network");
      Feeder feeder = new Feeder(surroundings.files(), files, seed == null ? SEED : seed, clock);
      try (Fleet fleet = new Fleet(programs, surroundings)) {
        Instant started = clock.instant();
        fleet.start();
        int some = Math.max(1, files / 100);
        run(
            new Disturbances(surroundings, fleet, feeder, programs, some).all(),
            new Ledger(surroundings.database()),
            feeder,
            fleet);
        say("all files have their end after " + seconds(started) + " s");
      }
      return judge(surroundings, feeder);
    }
  }

  /** Each disturbance comes with some files through and most of a batch in flight. */
  private void run(List<Disturbance> disturbances, Ledger ledger, Feeder feeder, Fleet fleet)
      throws IOException, SQLException, InterruptedException {
    Progress progress = new Progress(ledger, clock);
    for (int i = 0; i < disturbances.size(); i++) {
      long before = feeder.files().size();
      feeder.writeUpTo((i + 1.0) / (disturbances.size() + 1));
      long due = before + (feeder.files().size() - before) / SHARE_THROUGH;
      await(progress, fleet, () -> ledger.closed() >= due);
      say("at " + ledger.closed() + " files: " + disturbances.get(i).what());
      disturbances.get(i).action().run();
    }
    feeder.finish();
    await(progress, fleet, () -> ledger.inFlight() == 0 && ledger.hasClosed(feeder.files()));
  }

  /** A question to the ledger. */
  private interface Condition {
    boolean holds() throws SQLException;
  }

  private static void await(Progress progress, Fleet fleet, Condition condition)
      throws SQLException, InterruptedException {
    while (!condition.holds()) {
      progress.check();
      fleet.check();
      Thread.sleep(LOOK.toMillis());
    }
  }

  private int judge(Surroundings surroundings, Feeder feeder) throws SQLException {
    Checks checks = new Verdict(surroundings.database()).judge(feeder.expected(), feeder.files());
    System.out.println("files written: " + feeder.expected().files());
    System.out.println("files in the ledger: " + new Ledger(surroundings.database()).states());
    checks.print(System.out);
    return checks.hold() ? 0 : 1;
  }

  private long seconds(Instant since) {
    return Duration.between(since, clock.instant()).toSeconds();
  }

  private void say(String what) {
    System.err.println(what);
  }
}
