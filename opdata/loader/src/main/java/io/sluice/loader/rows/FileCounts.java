package io.sluice.loader.rows;

import io.sluice.core.work.LoadedFile;
import java.util.TreeMap;

/** What one transaction did for one file, in the file's unit. */
public final class FileCounts {

  public long loaded;
  public long collapsed;
  public long replaced;
  public long rejected;
  private final TreeMap<Integer, Long> tables = new TreeMap<>();

  /** Rows that are written as they are. */
  public void wrote(RowRange range) {
    loaded += range.cells();
    owns(range.head().tableId(), range.rows());
  }

  /** So many more rows of a table are the file's; fewer if negative. */
  public void owns(int tableId, long rows) {
    tables.merge(tableId, rows, Long::sum);
  }

  /** Cells that were taken for loaded, and gave way. */
  public void gaveWay(long equal, long older) {
    long collapses = Math.min(equal, loaded);
    long gives = Math.min(older, loaded - collapses);
    collapsed += collapses;
    replaced += gives;
    loaded -= collapses + gives;
  }

  public long rows() {
    return tables.values().stream().mapToLong(rows -> rows).sum();
  }

  void add(FileCounts other) {
    loaded += other.loaded;
    collapsed += other.collapsed;
    replaced += other.replaced;
    rejected += other.rejected;
    other.tables.forEach(this::owns);
  }

  LoadedFile loaded(long fileId) {
    return new LoadedFile(fileId, loaded, collapsed, replaced, rejected, tables);
  }
}
