package io.sluice.standalone;

import io.sluice.standalone.TrialFeeds.Trial;
import io.sluice.standalone.TrialResults.Outcome;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A table of file → outcome, and lines of totals. */
final class TrialReport {

  private static final Set<String> ENDS =
      Set.of("loaded", "settled", "rejected", "duplicate", "replaced");
  private static final String INDENT = " ".repeat(53);

  private final List<Trial> trials;
  private final TrialResults results;
  private final Optional<ExpectedCounts> expected;
  private final Path base;
  private final PrintWriter out;
  private final Map<String, Integer> totals = new TreeMap<>();
  private int compared;
  private int differing;
  private boolean good = true;

  TrialReport(
      List<Trial> trials,
      TrialResults results,
      Optional<ExpectedCounts> expected,
      Path base,
      PrintWriter out) {
    this.trials = trials;
    this.results = results;
    this.expected = expected;
    this.base = base;
    this.out = out;
  }

  /** Returns whether every file ended well, and as expected. */
  boolean print() {
    out.printf(
        "%-9s %10s %10s %9s %9s  %s%n",
        "outcome", "read", "loaded", "collapsed", "rejected", "file");
    trials.forEach(this::print);
    out.printf("%n%d files: %s%n", trials.size(), totals);
    if (expected.isPresent()) {
      out.printf(
          "compared with the expected counts: %d equal, %d different%n",
          compared - differing, differing);
    }
    return good;
  }

  private void print(Trial trial) {
    String name = base.relativize(trial.file().toAbsolutePath().normalize()).toString();
    List<Outcome> outcomes = results.of(trial.feed());
    if (outcomes.isEmpty()) {
      out.printf("%-9s %42s  %s%n", "NOT FOUND", "", name);
      good = false;
      return;
    }
    for (Outcome outcome : outcomes) {
      print(name, outcome);
      totals.merge(outcome.state(), 1, Integer::sum);
    }
    Map<String, Long> rejects = results.rejects(trial.feed());
    if (!rejects.isEmpty()) {
      out.printf("%srejected by reason: %s%n", INDENT, rejects);
    }
    compare(trial, name);
  }

  private void print(String name, Outcome outcome) {
    int member = outcome.path().indexOf('!');
    out.printf(
        "%-9s %10d %10d %9d %9d  %s%s%n",
        outcome.state(),
        outcome.read(),
        outcome.loaded(),
        outcome.collapsed(),
        outcome.rejected(),
        name,
        member < 0 ? "" : outcome.path().substring(member));
    boolean ended = ENDS.contains(outcome.state());
    boolean explained =
        !outcome.state().equals("rejected")
            || (outcome.reason() != null && !outcome.reason().isBlank());
    if (outcome.state().equals("rejected") || !ended) {
      out.printf("%s%s%s%n", INDENT, at(outcome.position()), outcome.reason());
    }
    if (!ended || !explained || !outcome.exact()) {
      out.printf("%sNOT OK%s%n", INDENT, outcome.exact() ? "" : ": the counts do not add up");
      good = false;
    }
  }

  private static String at(String position) {
    return position == null || position.isEmpty() ? "" : position + ": ";
  }

  private void compare(Trial trial, String name) {
    if (expected.isEmpty() || !expected.get().knows(name)) {
      return;
    }
    compared++;
    List<String> differences = expected.get().differences(name, results.counts(trial.feed()));
    if (!differences.isEmpty()) {
      out.printf("%sDIFFERS: %s%n", INDENT, String.join(", ", differences));
      differing++;
      good = false;
    }
  }
}
