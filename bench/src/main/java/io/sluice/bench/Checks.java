package io.sluice.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A table of what was expected and what was found. */
final class Checks {
  private static final int SHOWN_DIFFERENCES = 10;

  private record Check(String what, String expected, String found, boolean holds) {}

  private final List<Check> checks = new ArrayList<>();
  private final List<String> differences = new ArrayList<>();

  /** Adds a line that holds if both are equal. */
  public void equal(String what, Object expected, Object found) {
    add(what, expected, found, Objects.equals(expected, found));
  }

  public void add(String what, Object expected, Object found, boolean holds) {
    checks.add(new Check(what, String.valueOf(expected), String.valueOf(found), holds));
  }

  /** Adds a sentence that explains a line that does not hold. */
  public void difference(String sentence) {
    differences.add(sentence);
  }

  public boolean hold() {
    return checks.stream().allMatch(Check::holds);
  }

  public void print(PrintStream out) {
    int width = checks.stream().mapToInt(check -> check.what().length()).max().orElse(0);
    out.printf("%-" + (width + 6) + "s %24s %24s%n", "      check", "expected", "found");
    for (Check check : checks) {
      out.printf(
          "%s %-" + width + "s %24s %24s%n",
          check.holds() ? "ok   " : "WRONG",
          check.what(),
          check.expected(),
          check.found());
    }
    differences.stream().limit(SHOWN_DIFFERENCES).forEach(line -> out.println("      " + line));
    if (differences.size() > SHOWN_DIFFERENCES) {
      out.printf("      and %d more differences%n", differences.size() - SHOWN_DIFFERENCES);
    }
  }
}
