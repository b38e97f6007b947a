package io.sluice.loader.rows;

import io.sluice.core.work.LoadedFile;
import java.util.Set;
import java.util.TreeSet;

/** What one transaction did for one file, in the file's unit. */
public final class FileCounts {

  public long loaded;
  public long collapsed;
  public long replaced;
  public long rejected;
  public long rows;
  private final Set<Integer> tables = new TreeSet<>();

  /** Rows that are written as they are. */
  public void wrote(RowRange range) {
    loaded += range.cells();
    rows += range.rows();
    tables.add(range.head().tableId());
  }

  void add(FileCounts other) {
    loaded += other.loaded;
    collapsed += other.collapsed;
    replaced += other.replaced;
    rejected += other.rejected;
    rows += other.rows;
    tables.addAll(other.tables);
  }

  LoadedFile loaded(long fileId) {
    return new LoadedFile(fileId, loaded, collapsed, replaced, rejected, rows, tables);
  }
}
