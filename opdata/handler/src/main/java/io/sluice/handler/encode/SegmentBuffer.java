package io.sluice.handler.encode;

import io.sluice.core.chunk.ChunkWriter;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.Segment;
import io.sluice.core.feed.Feed;
import java.io.IOException;
import java.util.List;

/** Rows of one table and column list until their chunk is full. */
public final class SegmentBuffer {

  private static final int INITIAL = 4 << 10;

  private final int tableId;
  private final String schema;
  private final String table;
  private final List<Column> columns;
  private final List<Integer> keys;
  private final PartitionStarts partitions;
  private final Marks marks = new Marks();
  private final CopyBuffer rows = new CopyBuffer(INITIAL);
  private long count;
  private long cells;
  private boolean superseded;

  /**
   * An empty segment.
   *
   * @param keys positions of the merge key in the columns; empty when the target appends
   */
  public SegmentBuffer(
      Feed feed,
      int tableId,
      String schema,
      String table,
      List<Column> columns,
      List<Integer> keys) {
    this.tableId = tableId;
    this.schema = schema;
    this.table = table;
    this.columns = List.copyOf(columns);
    this.keys = List.copyOf(keys);
    this.partitions = new PartitionStarts(feed);
  }

  /** Where rows are written; each is followed by {@link #written}. */
  public CopyBuffer rows() {
    return rows;
  }

  /**
   * A row was written.
   *
   * @param units cells in it, or 1 for a CSV row
   */
  public void written(long units) {
    count++;
    cells += units;
  }

  /** The row's time, microseconds since 1970, and its element's id, 0 without one. */
  public void at(long micros, int element) {
    partitions.add(micros);
    marks.add(micros, element);
  }

  /** Another segment with more columns takes the table's rows from now on. */
  public void supersede() {
    superseded = true;
  }

  boolean isSuperseded() {
    return superseded;
  }

  boolean isEmpty() {
    return count == 0;
  }

  void writeTo(ChunkWriter chunk) throws IOException {
    Segment head =
        new Segment(
            tableId,
            schema,
            table,
            columns,
            count,
            cells,
            keys,
            partitions.list(),
            marks.list(),
            rows.size());
    chunk.segment(head, rows);
  }

  void clear() {
    rows.clear();
    partitions.clear();
    marks.clear();
    count = 0;
    cells = 0;
  }

  int tableId() {
    return tableId;
  }
}
