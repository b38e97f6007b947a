package io.sluice.pgtask.maintenance.statistics;

import java.util.List;

/**
 * How many pages rows and index entries need when they lie side by side.
 *
 * <p>Sources: https://www.postgresql.org/docs/current/storage-page-layout.html and
 * https://www.postgresql.org/docs/current/btree.html#BTREE-DEDUPLICATION
 *
 * @param page bytes of a page
 */
record PageLayout(int page) {

  private static final int PAGE_HEADER = 24;
  private static final int LINE_POINTER = 4;
  private static final int ROW_HEADER = 23;
  private static final int ENTRY_HEADER = 8;
  private static final int ENTRY_HEADER_WITH_NULLS = 16;
  private static final int BTREE_SPECIAL = 16;
  private static final int ROW_ID = 6;

  /** Inner pages of a B-tree are built this full, whatever the leaves' fillfactor. */
  private static final int INNER_FILL = 70;

  /** Rows of a TOAST table that fit a page: the size of its chunks is chosen so. */
  private static final int TOAST_ROWS = 4;

  /** Average bytes of a row with its header, and the gap before the next. */
  double row(List<ColumnStatistics> columns) {
    RowWidth width = new RowWidth();
    double noNull = 1;
    for (ColumnStatistics column : columns) {
      width.add(column);
      noNull *= 1 - column.nulls();
    }
    int plain = align(ROW_HEADER);
    int withNulls = align(ROW_HEADER + (columns.size() + 7) / 8);
    return noNull * plain + (1 - noNull) * withNulls + width.aligned();
  }

  /** Average bytes of an entry of a B-tree, without what it shares with others of its key. */
  double entry(List<ColumnStatistics> columns) {
    RowWidth width = new RowWidth();
    double noNull = 1;
    for (ColumnStatistics column : columns) {
      width.add(column);
      noNull *= 1 - column.nulls();
    }
    return noNull * ENTRY_HEADER + (1 - noNull) * ENTRY_HEADER_WITH_NULLS + width.aligned();
  }

  long tablePages(double rows, double rowBytes, int fillfactor) {
    double room = page - PAGE_HEADER - page * (100 - fillfactor) / 100.0;
    double perPage = Math.max(1, Math.floor(room / (rowBytes + LINE_POINTER)));
    return (long) Math.ceil(rows / perPage);
  }

  /** At most: chunks may be shorter than their maximum. */
  long toastPages(double chunks) {
    return (long) Math.ceil(chunks / TOAST_ROWS);
  }

  /**
   * @param keys different keys among the rows; as many as rows where entries are not deduplicated
   */
  long btreePages(double rows, double keys, double entryBytes, int fillfactor) {
    double room = page - PAGE_HEADER - BTREE_SPECIAL;
    double leafRoom = room - page * (100 - fillfactor) / 100.0 - entryBytes - LINE_POINTER;
    double leaves = Math.ceil(leafBytes(rows, keys, entryBytes) / Math.max(leafRoom, entryBytes));
    double fanout = Math.max(2, room * INNER_FILL / 100 / (entryBytes + LINE_POINTER));
    double pages = 1 + leaves;
    for (double level = leaves; level > 1; ) {
      level = Math.ceil(level / fanout);
      pages += level;
    }
    return (long) pages;
  }

  /** Entries of one key share a posting list, at most a tenth of a page long when built anew. */
  private double leafBytes(double rows, double keys, double entryBytes) {
    double perKey = rows / Math.max(1, keys);
    if (perKey <= 1.01) {
      return rows * (entryBytes + LINE_POINTER);
    }
    double perList = Math.max(1, Math.floor((page / 10.0 - entryBytes - LINE_POINTER) / ROW_ID));
    double lists = Math.ceil(perKey / perList);
    double shared = lists * (entryBytes + LINE_POINTER) + ROW_ID * perKey;
    return keys * Math.min(shared, perKey * (entryBytes + LINE_POINTER));
  }

  private static int align(int bytes) {
    return (bytes + 7) & ~7;
  }
}
