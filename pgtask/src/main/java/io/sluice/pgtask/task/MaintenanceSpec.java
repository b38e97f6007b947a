package io.sluice.pgtask.task;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Care of tables and indexes. Each part is done only where declared.
 *
 * @param tables {@code schema.table} or globs; partitions are matched by their parent's name too
 * @param exclude globs of tables left alone
 * @param space bytes that one rebuild or rewrite may take beside what it replaces; absent takes the
 *     free space of the disk where the server is on this machine, and is not checked elsewhere
 */
public record MaintenanceSpec(
    List<String> tables,
    List<String> exclude,
    Optional<Vacuum> vacuum,
    Optional<Analyze> analyze,
    Optional<Reindex> reindex,
    Optional<Reorder> reorder,
    Optional<Rewrite> rewrite,
    OptionalLong space)
    implements TaskSpec {

  public MaintenanceSpec {
    tables = List.copyOf(tables);
    exclude = List.copyOf(exclude);
  }

  /** With no rewrite of tables in use, and without a limit of space. */
  public MaintenanceSpec(
      List<String> tables,
      List<String> exclude,
      Optional<Vacuum> vacuum,
      Optional<Analyze> analyze,
      Optional<Reindex> reindex,
      Optional<Reorder> reorder) {
    this(
        tables, exclude, vacuum, analyze, reindex, reorder, Optional.empty(), OptionalLong.empty());
  }

  /** Whether tables are written anew, of whatever kind. */
  public boolean rewritesTables() {
    return reorder.isPresent() || rewrite.isPresent();
  }

  @Override
  public String kind() {
    return "maintenance";
  }

  /**
   * Where autovacuum lags.
   *
   * @param dead share of dead rows from which a table is vacuumed, 0 to 1
   * @param age share of autovacuum_freeze_max_age (transactions and multixacts) from which a table
   *     is frozen, 0 to 1
   */
  public record Vacuum(double dead, double age) {}

  /**
   * @param changed share of rows changed since the last analyze, 0 to 1
   */
  public record Analyze(double changed) {}

  /**
   * REINDEX CONCURRENTLY.
   *
   * @param bloat estimated share of an index that is bloat, 0 to 1
   * @param minBytes smaller indexes are left alone
   */
  public record Reindex(double bloat, long minBytes) {}

  /**
   * Rewriting tables nobody writes to any more in order of an index.
   *
   * @param index order: name of an index, or a list of columns; absent takes the clustered or the
   *     primary key's
   * @param bloat share of bloat at which a table is rewritten
   * @param correlation physical order of the first column below which it is rewritten, 0 to 1
   * @param after how long a partition has ended before it counts as cold
   */
  public record Reorder(
      Optional<String> index,
      OptionalDouble bloat,
      OptionalDouble correlation,
      long minBytes,
      Duration after) {}

  /**
   * Rewriting tables while they are written to.
   *
   * @param bloat share of bloat at which a table is rewritten, 0 to 1
   * @param orderBy order: name of an index, or a list of columns; absent keeps the order
   * @param tablespace in which tables are to lie, with their indexes and TOAST
   * @param minBytes smaller tables are left alone
   */
  public record Rewrite(
      OptionalDouble bloat, Optional<String> orderBy, Optional<String> tablespace, long minBytes) {}
}
