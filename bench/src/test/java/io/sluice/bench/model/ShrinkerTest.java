package io.sluice.bench.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ShrinkerTest {

  @Test
  void leavesTheStepsThatAreNeededToFail() throws IOException, SQLException {
    Trial trial = new Trial(List.of(), Op.history(new Random(1), 60), 0);

    Trial shortest = new Shrinker(failingWith(Set.of(7, 40)), 200).shrink(trial);

    assertThat(shortest.ops()).extracting(Op::at).containsExactly(7, 40);
  }

  @Test
  void endsWithWhatItHas_whenItHasRunOften() throws IOException, SQLException {
    Trial trial = new Trial(List.of(), Op.history(new Random(1), 60), 0);

    Trial shortest = new Shrinker(failingWith(Set.of(7, 40)), 3).shrink(trial);

    assertThat(shortest.ops()).extracting(Op::at).contains(7, 40);
  }

  private static Shrinker.Runner failingWith(Set<Integer> needed) {
    return candidate -> {
      Set<Integer> there = candidate.ops().stream().map(Op::at).collect(Collectors.toSet());
      return new Trial.Result(
          List.of(), there.containsAll(needed) ? List.of("different") : List.of());
    };
  }
}
