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

  private final ChunkOutput output;
  private final int tableId;
  private final String schema;
  private final String table;
  private final List<Column> columns;
  private final List<Integer> keys;
  private final PartitionStarts partitions;
  private final Marks marks = new Marks();
  private final CopyBuffer rows;
  private final List<Segment.Run> runs = new ArrayList<>();
  private final Presence presence;
  private int[] standIns = {};
  private int standInCount;
  private BatchFile file;
  private int runStart;
  private int runEnd;
  private long runRows;
  private long runCells;
  private boolean superseded;

  SegmentBuffer(
      ChunkOutput output,
      int tableId,
      String schema,
      String table,
      List<Column> columns,
      List<Integer> keys,
      CopyBuffer rows) {
    this.output = output;
    this.tableId = tableId;
    this.schema = schema;
    this.table = table;
    this.columns = List.copyOf(columns);
    this.keys = List.copyOf(keys);
    this.partitions = new PartitionStarts(output.feed());
    this.rows = rows;
    this.presence = new Presence(columns.size());
  }

  /** Where rows are written; each is followed by {@link #written}. */
  public CopyBuffer rows() {
    return rows;
  }

  /** A row of the current file was written that has all fields, or need not tell. */
  void written(long units) {
    written(units, null);
  }

  /**
   * A row of the current file was written.
   *
   * @param units cells in it, or 1 for a CSV row
   * @param present bitmap of its fields; null when all are there, and in append mode
   */
  public void written(long units, byte[] present) {
    BatchFile current = output.file();
    if (file == null || file.id() != current.id()) {
      endRun();
      file = current;
    }
    runRows++;
    runCells += units;
    runEnd = rows.size();
    presence.add(present);
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
    for (int i = 0; i < standInCount; i++) {
      rows.setInt(standIns[i], ids.id(rows.getInt(standIns[i])));
    }
    Segment head =
        new Segment(
            tableId,
            schema,
            table,
            columns,
            runs.stream().mapToLong(Segment.Run::rows).sum(),
            runs.stream().mapToLong(Segment.Run::cells).sum(),
            keys,
            partitions.list(),
            marks.list(ids),
            rows.size(),
            presence.stride(),
            runs);
    chunk.segment(head, rows, presence.bytes());
  }

  /** Drops the row that a failing file left half written. */
  void dropUnfinished() {
    rows.truncate(runEnd);
    while (standInCount > 0 && standIns[standInCount - 1] >= runEnd) {
      standInCount--;
    }
  }

  void clear() {
    rows.clear();
    partitions.clear();
    marks.clear();
    runs.clear();
    presence.clear();
    standInCount = 0;
    file = null;
    runStart = 0;
    runEnd = 0;
    runRows = 0;
    runCells = 0;
  }

  int tableId() {
    return tableId;
  }
}
