package io.sluice.pgtask.maintenance.statistics;

import io.sluice.pgtask.task.HumanFormat;

/**
 * How much of a table or an index is neither rows nor the room its fillfactor leaves.
 *
 * @param bytes its size
 * @param reclaimable bytes a rebuild gives back
 * @param exact counted by pgstattuple, not estimated from the catalogue
 */
public record BloatEstimate(long bytes, long reclaimable, boolean exact) {

  /**
   * @param needed bytes that the content would take without bloat
   */
  public static BloatEstimate estimated(long bytes, long needed) {
    return new BloatEstimate(bytes, Math.max(0, bytes - needed), false);
  }

  /** Share of bloat, 0 to 1. */
  public double share() {
    return bytes == 0 ? 0 : (double) reclaimable / bytes;
  }

  /** Such as {@code 45 % (1.2 GB) of its 2.6 GB is bloat, estimated}. */
  public String description() {
    return "%s (%s) of its %s is bloat, %s"
        .formatted(
            HumanFormat.percent(share()),
            HumanFormat.bytes(reclaimable),
            HumanFormat.bytes(bytes),
            exact ? "measured" : "estimated");
  }
}
