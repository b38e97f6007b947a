package io.sluice.handler.encode;

import io.sluice.core.catalog.BatchIds;
import io.sluice.core.chunk.ChunkWriter;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.Segment;
import io.sluice.core.work.BatchFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of one table and column list until their chunk is full, of one file after the other. */
public final class SegmentBuffer {

  /**
   * What its rows are.
   *
   * @param keys positions of the merge key in the columns; empty when the target appends
   */
  record Shape(
      int tableId, String schema, String table, List<Column> columns, List<Integer> keys) {}

  private final ChunkOutput output;
  private final Shape shape;
  private final PartitionStarts partitions;
  private final Marks marks = new Marks();
  private final CopyBuffer rows;
  private final List<Segment.Run> runs = new ArrayList<>();
  private final int stride;

  /** Bitmaps of rows, up to the last row that lacks a field. */
  private final CopyBuffer presence = new CopyBuffer(0);

  private int[] standIns = {};
  private int standInCount;
  private BatchFile file;
  private int runStart;
  private int runEnd;
  private int rowCount;
  private long runRows;
  private long runCells;
  private boolean superseded;

  SegmentBuffer(ChunkOutput output, Shape shape, CopyBuffer rows) {
    this.output = output;
    this.shape = shape;
    this.partitions = new PartitionStarts(output.feed());
    this.rows = rows;
    this.stride = (shape.columns().size() + 7) / 8;
  }

  /** Where rows are written; each is followed by {@link #written}. */
  public CopyBuffer rows() {
    return rows;
  }

  /** The file had not this field of the row being written, and merging asks for it. */
  void lacks(int field) {
    presence.fill((rowCount + 1) * stride - presence.size());
    presence.clearBit(rowCount * stride, field);
  }

  /**
   * A row of the current file was written.
   *
   * @param units cells in it, or 1 for a CSV row
   */
  public void written(long units) {
    BatchFile current = output.file();
    if (file == null || file.id() != current.id()) {
      endRun();
      file = current;
    }
    rowCount++;
    runRows++;
    runCells += units;
    runEnd = rows.size();
  }

  private void endRun() {
    if (runRows > 0) {
      runs.add(
          new Segment.Run(file.id(), file.handling(), runRows, runCells, runEnd - (long) runStart));
    }
    file = null;
    runStart = runEnd;
    runRows = 0;
    runCells = 0;
  }

  /** The row's time, microseconds since 1970, and its element's id or stand-in, 0 without one. */
  public void at(long micros, int element) {
    partitions.add(micros);
    marks.add(micros, element);
  }

  /** Writes an id, or the stand-in that will give way to one. */
  void putId(int idOrStandIn) {
    rows.putInt(idOrStandIn);
    if (idOrStandIn < 0) {
      if (standInCount == standIns.length) {
        standIns = Arrays.copyOf(standIns, Math.max(64, standInCount * 2));
      }
      standIns[standInCount++] = rows.size() - Integer.BYTES;
    }
  }

  /** Another segment with other columns takes the table's rows from now on. */
  void supersede() {
    superseded = true;
  }

  boolean isSuperseded() {
    return superseded;
  }

  boolean isEmpty() {
    return runEnd == 0;
  }

  void writeTo(ChunkWriter chunk, BatchIds ids) throws IOException {
    endRun();
    boolean allPresent = presence.size() == 0;
    presence.fill(allPresent ? 0 : rowCount * stride - presence.size());
    for (int i = 0; i < standInCount; i++) {
      rows.setInt(standIns[i], ids.id(rows.getInt(standIns[i])));
    }
    Segment head =
        new Segment(
            shape.tableId(),
            shape.schema(),
            shape.table(),
            shape.columns(),
            rowCount,
            runs.stream().mapToLong(Segment.Run::cells).sum(),
            shape.keys(),
            partitions.list(),
            marks.list(ids),
            rows.size(),
            allPresent ? 0 : stride,
            runs);
    chunk.segment(head, rows, presence);
  }

  /** Drops the row that a failing file left half written. */
  void dropUnfinished() {
    rows.truncate(runEnd);
    presence.truncate(Math.min(presence.size(), rowCount * stride));
    while (standInCount > 0 && standIns[standInCount - 1] >= runEnd) {
      standInCount--;
    }
  }

  /** Forgets the rows, which were written. */
  void clear() {
    rows.clear();
    partitions.clear();
    marks.clear();
    runs.clear();
    presence.clear();
    standInCount = 0;
    runStart = 0;
    runEnd = 0;
    rowCount = 0;
  }

  int tableId() {
    return shape.tableId();
  }
}
