package io.sluice.core.ops;

import java.util.List;
import java.util.Set;

/**
 * Which files. Texts are globs: {@code *} any characters, {@code ?} one.
 *
 * @param ids only these files; all if empty
 * @param feed glob, or null
 * @param states of {@link #STATES}; all if empty
 * @param element glob, or null
 * @param path glob, or null
 * @param found when the file was found
 * @param period the last end time of its rows, or what its name says
 */
public record FileFilter(
    List<Long> ids,
    String feed,
    Set<String> states,
    String element,
    String path,
    TimeRange found,
    TimeRange period) {

  /** Everything. */
  public static final FileFilter ALL = of(List.of());

  /** As the view sluice.file_status shows them, in the order a file passes them. */
  public static final List<String> STATES =
      List.of(
          "discovered",
          "fetched",
          "handled",
          "loaded",
          "settled",
          "duplicate",
          "replaced",
          "rejected",
          "parked",
          "dead",
          "discarded",
          "skipped");

  /** States that only files with a row in sluice.work have. */
  static final Set<String> IN_FLIGHT = Set.of("discovered", "fetched", "handled", "parked");

  public FileFilter {
    ids = List.copyOf(ids);
    states = Set.copyOf(states);
  }

  public static FileFilter of(List<Long> ids) {
    return new FileFilter(ids, null, Set.of(), null, null, TimeRange.ALL, TimeRange.ALL);
  }

  public FileFilter withStates(Set<String> wanted) {
    return new FileFilter(ids, feed, wanted, element, path, found, period);
  }

  boolean onlyInFlight() {
    return !states.isEmpty() && IN_FLIGHT.containsAll(states);
  }
}
