package io.sluice.bench.model;

import io.sluice.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One history against the model.
 *
 * @param feeds of the history
 * @param ops its steps, in order
 * @param chunkBytes of the handler: small ones cut a batch into several loads
 */
record Trial(List<ModelFeed> feeds, List<Op> ops, long chunkBytes) {

  private static final int FEWEST_STEPS = 40;
  private static final int MORE_STEPS = 80;

  /** What came of it: the steps as they were done, and where line and model differ. */
  record Result(List<String> told, List<String> differences) {

    boolean holds() {
      return differences.isEmpty();
    }
  }

  static Trial of(long seed) {
    Random dice = new Random(seed);
    List<ModelFeed> feeds = new ArrayList<>();
    int count = 1 + dice.nextInt(3);
    for (int i = 0; i < count; i++) {
      feeds.add(ModelFeed.random(i, dice));
    }
    // which of two chunks loads a key first is not the model's to say
    boolean small = dice.nextBoolean() && feeds.stream().noneMatch(ModelFeed::merges);
    int steps = FEWEST_STEPS + dice.nextInt(MORE_STEPS);
    return new Trial(feeds, Op.history(dice, steps), small ? 512 : 1 << 20);
  }

  Trial with(List<Op> fewer) {
    return new Trial(feeds, List.copyOf(fewer), chunkBytes);
  }

  /**
   * Runs it to its end.
   *
   * @param server prepared by {@link World#prepare}
   * @param name of a database that is made for it and dropped
   */
  Result run(EmbeddedPostgres server, String name) throws IOException, SQLException {
    Path directory = Files.createTempDirectory("sluice-model-");
    Model model = new Model(feeds);
    try (World world = new World(server, name, directory, feeds, chunkBytes)) {
      History history = new History(world, model);
      ops.forEach(history::run);
      history.settle();
      List<String> differences = new ArrayList<>(history.problems);
      differences.addAll(Judge.judge(world, model));
      return new Result(history.told, differences);
    }
  }
}
