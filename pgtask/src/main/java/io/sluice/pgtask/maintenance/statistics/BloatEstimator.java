package io.sluice.pgtask.maintenance.statistics;

import io.sluice.pgtask.maintenance.statistics.PlannerStatistics.Index;
import java.util.List;
import java.util.Optional;

/**
 * Estimates bloat from the catalogue alone: what lies on disk, less what the rows would need if
 * they lay side by side. Nothing is said where statistics are missing, because a guess would
 * rewrite tables that need it not. Estimates err on the side of less bloat.
 */
public final class BloatEstimator {

  private final int page;
  private final PageLayout layout;

  /**
   * @param page bytes of a page
   */
  public BloatEstimator(int page) {
    this.page = page;
    this.layout = new PageLayout(page);
  }

  /** A table's rows, and what of them lies in its TOAST table. */
  public record TableBloat(BloatEstimate rows, BloatEstimate toast) {
    /** Both together. */
    public BloatEstimate all() {
      return new BloatEstimate(
          rows.bytes() + toast.bytes(), rows.reclaimable() + toast.reclaimable(), rows.exact());
    }
  }

  /** Of a table; empty if not every column's width is known. */
  public Optional<TableBloat> table(TableInfo table, List<ColumnStatistics> columns) {
    if (!known(columns) || table.rows().counted() < 0) {
      return Optional.empty();
    }
    long pages = layout.tablePages(table.rowsNow(page), layout.row(columns), table.fillfactor());
    BloatEstimate rows = BloatEstimate.estimated(table.size().heap(), pages * page);
    return Optional.of(new TableBloat(rows, toast(table.size())));
  }

  private BloatEstimate toast(TableInfo.Size size) {
    if (size.toastRows() < 0 || size.toastPages() == 0) {
      return BloatEstimate.estimated(size.toast(), size.toast());
    }
    double needed = (double) layout.toastPages(size.toastRows()) / size.toastPages();
    return BloatEstimate.estimated(
        size.toast(), (long) Math.ceil(Math.min(1, needed) * size.toast()));
  }

  /** Of a B-tree; empty for others, and if not every column's width is known. */
  public Optional<BloatEstimate> index(TableInfo table, Index index) {
    IndexInfo facts = index.facts();
    if (!facts.btree() || !known(index.columns()) || table.rows().counted() < 0) {
      return Optional.empty();
    }
    double rows = facts.partial() ? facts.rows() : table.rowsNow(page);
    if (rows < 0) {
      return Optional.empty();
    }
    long pages =
        layout.btreePages(
            rows, keys(index, rows), layout.entry(index.columns()), facts.fillfactor());
    return Optional.of(BloatEstimate.estimated(facts.bytes(), pages * page));
  }

  private static double keys(Index index, double rows) {
    if (!index.facts().deduplicated() || index.facts().partial()) {
      return rows;
    }
    double keys = 1;
    for (ColumnStatistics column : index.columns()) {
      keys *= column.distinctOf(rows) + (column.nulls() > 0 ? 1 : 0);
    }
    return Math.max(1, Math.min(rows, keys));
  }

  private static boolean known(List<ColumnStatistics> columns) {
    return columns.stream().allMatch(ColumnStatistics::known);
  }
}
