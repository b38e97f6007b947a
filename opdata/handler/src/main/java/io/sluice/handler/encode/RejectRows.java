package io.sluice.handler.encode;

import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.core.chunk.Segment;
import io.sluice.core.ids.FileIds;
import io.sluice.core.work.BatchFile;
import io.sluice.handler.encode.SegmentBuffer.Shape;
import io.sluice.handler.reject.Reject;
import java.util.List;

/** The segment of rows for sluice.reject. */
final class RejectRows {

  private static final List<Column> COLUMNS =
      List.of(
          new Column("day", PgType.DATE),
          new Column("file_id", PgType.INT8),
          new Column("handling", PgType.INT4),
          new Column("reason", PgType.TEXT),
          new Column("line", PgType.INT8),
          new Column("col", PgType.INT4),
          new Column("element", PgType.TEXT),
          new Column("object", PgType.TEXT),
          new Column("item", PgType.TEXT),
          new Column("cells", PgType.INT8),
          new Column("message", PgType.TEXT),
          new Column("raw", PgType.TEXT));

  private final SegmentBuffer segment;

  RejectRows(ChunkOutput output) {
    segment = output.open(new Shape(Segment.REJECTS, "sluice", "reject", COLUMNS, List.of()));
  }

  /** Writes the rejects of a file; returns the bytes they took. */
  long write(BatchFile file, List<Reject> rejects) {
    CopyBuffer rows = segment.rows();
    int before = rows.size();
    int day = (int) FileIds.dayOf(file.id()).toEpochDay();
    for (Reject reject : rejects) {
      encode(rows, file, day, reject);
      // Rejected units are counted with the handling, not with its rows.
      segment.written(0);
    }
    return rows.size() - (long) before;
  }

  private static void encode(CopyBuffer rows, BatchFile file, int day, Reject reject) {
    rows.row(COLUMNS.size());
    rows.putDate(day);
    rows.putLong(file.id());
    rows.putInt(file.handling());
    rows.putText(reject.reason());
    if (reject.line() > 0) {
      rows.putLong(reject.line());
    } else {
      rows.putNull();
    }
    if (reject.column() > 0) {
      rows.putInt(reject.column());
    } else {
      rows.putNull();
    }
    rows.putText(reject.element());
    rows.putText(reject.object());
    rows.putText(reject.item());
    rows.putLong(reject.cells());
    rows.putText(reject.message());
    rows.putText(reject.raw());
  }
}
