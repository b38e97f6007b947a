package io.sluice.core.feed;

import io.sluice.core.yaml.Problem;
import io.sluice.core.yaml.Problems;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonPointer;

/**
 * What became of one file: a feed, or every problem that keeps it from being one, in the order of
 * its lines.
 *
 * @param feed if there is no problem
 * @param problems empty if there is a feed
 */
public record FeedResult(Optional<Feed> feed, List<Problem> problems) {

  public FeedResult {
    problems = List.copyOf(problems);
    if (feed.isPresent() != problems.isEmpty()) {
      throw new IllegalArgumentException("a file is a feed or has problems");
    }
  }

  /** The same without the feed, for a problem that only other files make. */
  FeedResult broken(Path file, String pointer, String message, String remedy) {
    Problems.Position at =
        feed.map(f -> f.places().position(JsonPointer.compile(pointer))).orElse(Problems.START);
    Problem problem =
        new Problem(file.toString(), at.line(), at.column(), pointer, message, remedy);
    return new FeedResult(Optional.empty(), List.of(problem));
  }
}
