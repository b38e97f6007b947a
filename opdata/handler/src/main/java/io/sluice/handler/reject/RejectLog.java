package io.sluice.handler.reject;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The rejects of one file: the first 1,000 of each reason whole, the rest as a number (D4). */
public final class RejectLog {

  private static final int KEPT = 1_000;

  private static final class Tally {
    long rejects;
    long cells;
    long keptCells;
  }

  private final Map<String, Tally> tallies = new TreeMap<>();
  private final List<Reject> kept = new ArrayList<>();

  /**
   * Counts a reject.
   *
   * @param reason short and stable, a metric label
   * @param cells how many cells (CSV: rows) it takes away; may be 0
   * @param reject asked only when it is to be kept
   */
  public void add(String reason, long cells, Supplier<Reject> reject) {
    Tally tally = tallies.computeIfAbsent(reason, r -> new Tally());
    tally.rejects++;
    tally.cells += cells;
    if (tally.rejects <= KEPT) {
      tally.keptCells += cells;
      kept.add(reject.get());
    }
  }

  /** What to write down: those kept, and a row for the rest of each reason. */
  public List<Reject> rows() {
    List<Reject> rows = new ArrayList<>(kept);
    tallies.forEach(
        (reason, tally) -> {
          if (tally.rejects > KEPT) {
            String message =
                (tally.rejects - KEPT) + " more rejects of this reason are only counted";
            long rest = tally.cells - tally.keptCells;
            rows.add(new Reject(reason, 0, 0, null, null, null, rest, message, null));
          }
        });
    return rows;
  }

  /** Cells (CSV: rows) rejected. */
  public long cells() {
    return tallies.values().stream().mapToLong(tally -> tally.cells).sum();
  }

  /** Rejects by reason. */
  public Map<String, Long> byReason() {
    Map<String, Long> result = new TreeMap<>();
    tallies.forEach((reason, tally) -> result.put(reason, tally.rejects));
    return result;
  }
}
