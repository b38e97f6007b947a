package io.sluice.core.feed;

import io.sluice.core.yaml.Problem;
import io.sluice.core.yaml.Problems;
import java.util.List;
import java.util.Optional;

/**
 * What became of one file: a feed, or every problem that keeps it from being one, in the order of
 * its lines.
 */
public final class FeedResult {

  private final Optional<Feed> feed;
  private final List<Problem> problems;
  private final Problems.Position namedAt;

  private FeedResult(Optional<Feed> feed, List<Problem> problems, Problems.Position namedAt) {
    this.feed = feed;
    this.problems = List.copyOf(problems);
    this.namedAt = namedAt;
  }

  static FeedResult good(Feed feed, Problems.Position namedAt) {
    return new FeedResult(Optional.of(feed), List.of(), namedAt);
  }

  static FeedResult broken(List<Problem> problems) {
    if (problems.isEmpty()) {
      throw new IllegalArgumentException("a broken file must have problems");
    }
    return new FeedResult(Optional.empty(), problems, Problems.START);
  }

  /** The feed, if there is no problem. */
  public Optional<Feed> feed() {
    return feed;
  }

  /** Every problem; empty if there is a feed. */
  public List<Problem> problems() {
    return problems;
  }

  /** Where the feed's name stands. */
  Problems.Position namedAt() {
    return namedAt;
  }
}
