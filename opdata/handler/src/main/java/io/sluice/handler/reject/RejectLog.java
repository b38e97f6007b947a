package io.sluice.handler.reject;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The rejects of one file: the first 1,000 of each reason whole, the rest as a number (D4). */
public final class RejectLog implements Rejects {

  private static final int KEPT = 1_000;

  private static final class Tally {
    long rejects;
    long cells;
    long keptCells;
  }

  private final Map<String, Tally> tallies = new TreeMap<>();
  private final List<Reject> kept = new ArrayList<>();

  @Override
  public boolean count(String reason, long cells) {
    Tally tally = tallies.computeIfAbsent(reason, r -> new Tally());
    tally.rejects++;
    tally.cells += cells;
    if (tally.rejects > KEPT) {
      return false;
    }
    tally.keptCells += cells;
    return true;
  }

  @Override
  public void keep(Reject reject) {
    kept.add(reject);
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
