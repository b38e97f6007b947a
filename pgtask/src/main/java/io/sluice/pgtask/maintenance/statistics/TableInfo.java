package io.sluice.pgtask.maintenance.statistics;

import io.sluice.pgtask.catalog.TableGlobs;
import io.sluice.pgtask.catalog.TableName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What catalogue and statistics say about a table at one moment.
 *
 * @param kind relkind: r table, p partitioned table, m materialised view
 * @param parents partitioned tables above it, nearest first
 * @param lockedBy process that holds or awaits ACCESS EXCLUSIVE; nothing may be asked of it then
 * @param owned whether this role may rebuild and rewrite it
 * @param maintainable whether this role may vacuum and analyze it
 * @param bound partition bound as PostgreSQL writes it, empty if it is no partition
 */
public record TableInfo(
    long oid,
    TableName name,
    char kind,
    List<TableName> parents,
    Optional<Integer> lockedBy,
    boolean owned,
    boolean maintainable,
    String owner,
    String bound,
    int fillfactor,
    int indexes,
    Size size,
    Rows rows,
    Ages ages) {

  /**
   * Bytes now.
   *
   * @param heapPages and {@code toastPages}: when rows were counted
   * @param toastRows counted chunks, negative if never
   */
  public record Size(
      long heap, long indexes, long toast, long heapPages, long toastPages, double toastRows) {
    /** With indexes and TOAST. */
    public long total() {
      return heap + indexes + toast;
    }
  }

  /**
   * @param counted by the last vacuum or analyze, negative if never
   * @param written inserted, updated and deleted since statistics are collected
   * @param analyzed by anybody
   * @param autoAnalyzed by autovacuum
   * @param vacuumed by a person or a task
   * @param vacuuming somebody does now
   */
  public record Rows(
      double counted,
      long live,
      long dead,
      long changed,
      long written,
      Optional<Instant> analyzed,
      Optional<Instant> autoAnalyzed,
      Optional<Instant> vacuumed,
      boolean vacuuming) {}

  /** Age of the oldest transaction, with TOAST, and what autovacuum allows. */
  public record Ages(long xids, long multixacts, long xidLimit, long multixactLimit) {

    /** The nearer of the two to its limit, 1 at the limit. */
    public double share() {
      return Math.max((double) xids / xidLimit, (double) multixacts / multixactLimit);
    }
  }

  /** Whether it is meant, by its own name or that of a parent. */
  public boolean isAmong(TableGlobs globs) {
    return globs.match(name, parents);
  }

  /** Whether it has partitions. */
  public boolean partitioned() {
    return kind == 'p';
  }

  /** Whether it is a partition. */
  public boolean partition() {
    return !bound.isEmpty();
  }

  /** Rows now, as the density at the last count lets expect for the size now. */
  public double rowsNow(int page) {
    if (rows.counted() < 0) {
      return Math.max(0, rows.live());
    }
    return size.heapPages() == 0
        ? rows.counted()
        : rows.counted() * ((double) size.heap() / page) / size.heapPages();
  }
}
