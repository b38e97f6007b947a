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
 */
public final class FeedResult {

  private final Optional<Feed> feed;
  private final List<Problem> problems;

  private FeedResult(Optional<Feed> feed, List<Problem> problems) {
    this.feed = feed;
    this.problems = List.copyOf(problems);
  }

  static FeedResult good(Feed feed) {
    return new FeedResult(Optional.of(feed), List.of());
  }

  static FeedResult broken(List<Problem> problems) {
    if (problems.isEmpty()) {
      throw new IllegalArgumentException("a broken file must have problems");
    }
    return new FeedResult(Optional.empty(), problems);
  }

  /** The feed, if there is no problem. */
  public Optional<Feed> feed() {
    return feed;
  }

  /** Every problem; empty if there is a feed. */
  public List<Problem> problems() {
    return problems;
  }

  /** The same without the feed, for a problem that only other files make. */
  FeedResult broken(Path file, String pointer, String message, String remedy) {
    Problems.Position at =
        feed.map(f -> f.places().position(JsonPointer.compile(pointer))).orElse(Problems.START);
    return broken(
        List.of(new Problem(file.toString(), at.line(), at.column(), pointer, message, remedy)));
  }
}
