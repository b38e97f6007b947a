package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.maintenance.statistics.TableInfo;

/**
 * Something due.
 *
 * @param what it is done to, for people
 * @param reclaimable bytes it is expected to give back, or to make usable again
 * @param work bytes it reads and writes
 * @param space bytes it takes on disk before it gives any back
 */
record WorkItem(
    Throughput.Operation kind,
    TableInfo table,
    String what,
    long reclaimable,
    long work,
    long space,
    Job job) {

  /** Bytes won per byte of work. */
  double benefit() {
    return (double) reclaimable / Math.max(1, work);
  }
}
