package io.sluice.bench.model;

import io.sluice.embedded.EmbeddedPostgres;
import io.sluice.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.List;

/** Runs seeds one after the other and says what differs. */
public final class ModelRun {

  private static final int SHRINKING_RUNS = 120;
  private static final int SHOWN = 20;

  private final EmbeddedPostgres server;
  private final PrintStream out;
  private final PrintStream progress;
  private int databases;

  private ModelRun(EmbeddedPostgres server, PrintStream out, PrintStream progress) {
    this.server = server;
    this.out = out;
    this.progress = progress;
    World.prepare(server);
  }

  /**
   * Runs seeds on a server of its own; if it is one alone, its shortest part that differs is shown.
   *
   * @param out takes the differences and the sum
   * @param progress takes a line a seed
   * @return how many seeds showed a difference
   */
  public static int run(List<Long> seeds, PrintStream out, PrintStream progress)
      throws IOException, SQLException {
    try (EmbeddedDatabase database = EmbeddedDatabase.startPrivate()) {
      return new ModelRun(database.server(), out, progress).seeds(seeds);
    }
  }

  private int seeds(List<Long> seeds) throws IOException, SQLException {
    int failed = 0;
    for (long seed : seeds) {
      long start = System.nanoTime();
      Trial trial = Trial.of(seed);
      Trial.Result result = run(trial);
      progress.printf(
          "seed %d: %d steps, %d differences, %.1f s%n",
          seed, trial.ops().size(), result.differences().size(), (System.nanoTime() - start) / 1e9);
      if (!result.holds()) {
        failed++;
        show(seed, trial, seeds.size() == 1 ? shortest(trial) : trial, result);
      }
    }
    out.printf("%d seeds, %d with differences%n", seeds.size(), failed);
    return failed;
  }

  private Trial shortest(Trial trial) throws IOException, SQLException {
    progress.println("leaving out steps, as long as it fails ...");
    return new Shrinker(this::run, SHRINKING_RUNS).shrink(trial);
  }

  private Trial.Result run(Trial trial) throws IOException, SQLException {
    databases++;
    return trial.run(server, "model_" + databases);
  }

  private void show(long seed, Trial whole, Trial shown, Trial.Result found)
      throws IOException, SQLException {
    Trial.Result result = shown.equals(whole) ? found : run(shown);
    out.printf("seed %d differs; to have it shortened: bin/chaos --model --seed %d%n", seed, seed);
    whole.feeds().forEach(feed -> out.println("  " + feed));
    out.printf("  steps, %d of %d:%n", shown.ops().size(), whole.ops().size());
    result.told().forEach(line -> out.println("  " + line));
    List<String> differences = result.differences();
    differences.stream().limit(SHOWN).forEach(line -> out.println("  DIFFERENT " + line));
    if (differences.size() > SHOWN) {
      out.printf("  and %d more%n", differences.size() - SHOWN);
    }
  }
}
