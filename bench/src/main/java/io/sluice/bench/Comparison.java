package io.sluice.bench;

import io.sluice.bench.WarehouseSums.CounterFound;
import io.sluice.bench.WarehouseSums.GroupFound;
import io.sluice.simulator.Expected;
import io.sluice.simulator.Expected.CounterSum;
import io.sluice.simulator.Expected.GroupSum;
import java.math.BigDecimal;

/** Compares the warehouse with what the simulator says must be there. */
final class Comparison {
  private final Checks checks;
  private long expectedNumbers;
  private long foundNumbers;
  private long expectedVectors;
  private long foundVectors;
  private BigDecimal expectedSum = BigDecimal.ZERO;
  private BigDecimal foundSum = BigDecimal.ZERO;
  private long counters;
  private long different;

  private Comparison(Checks checks) {
    this.checks = checks;
  }

  /** Adds a line a group, the totals, and a sentence for each counter that differs. */
  public static void of(Expected expected, WarehouseSums found, Checks checks) {
    Comparison comparison = new Comparison(checks);
    for (GroupSum group : expected.groups()) {
      comparison.group(group, found);
    }
    comparison.totals();
  }

  private void group(GroupSum group, WarehouseSums warehouse) {
    GroupFound found = warehouse.group(group.group());
    checks.equal(group.group() + ": rows", group.rows(), found.rows());
    checks.equal(group.group() + ": suspect rows", group.suspect(), found.suspect());
    checks.equal(group.group() + ": rows with a repeated key", 0L, found.repeatedKeys());
    for (CounterSum counter : group.counters()) {
      counter(group.group(), counter, warehouse.counter(group.group(), counter.counter()));
    }
  }

  private void counter(String group, CounterSum expected, CounterFound found) {
    counters++;
    expectedNumbers += expected.numbers();
    foundNumbers += found.numbers();
    expectedVectors += expected.vectors();
    foundVectors += found.vectors();
    expectedSum = expectedSum.add(expected.sum());
    foundSum = foundSum.add(found.sum());
    boolean same =
        expected.numbers() == found.numbers()
            && expected.vectors() == found.vectors()
            && expected.sum().compareTo(found.sum()) == 0;
    if (!same) {
      different++;
      checks.difference(
          "%s/%s: expected %d numbers with sum %s and %d vectors, found %d, %s and %d"
              .formatted(
                  group,
                  expected.counter(),
                  expected.numbers(),
                  expected.sum().toPlainString(),
                  expected.vectors(),
                  found.numbers(),
                  found.sum().toPlainString(),
                  found.vectors()));
    }
  }

  private void totals() {
    checks.equal("cells with a number", expectedNumbers, foundNumbers);
    checks.equal("cells with a vector", expectedVectors, foundVectors);
    checks.add(
        "exact sum of all numbers",
        expectedSum.toPlainString(),
        foundSum.toPlainString(),
        expectedSum.compareTo(foundSum) == 0);
    checks.equal("counters that differ, of " + counters, 0L, different);
  }
}
