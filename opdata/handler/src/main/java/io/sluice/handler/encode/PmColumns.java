package io.sluice.handler.encode;

import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.core.chunk.Segment;
import io.sluice.handler.block.BlockRow;
import java.util.ArrayList;
import java.util.List;

/** The columns every row of measurements begins with. */
final class PmColumns {

  static final List<Column> FIXED =
      List.of(
          new Column("end_time", PgType.TIMESTAMPTZ),
          new Column("granularity", PgType.INT4),
          new Column("element", PgType.INT4),
          new Column("object", PgType.INT4),
          new Column("suspect", PgType.BOOL),
          new Column(Segment.FILE, PgType.INT8),
          new Column(Segment.VERSION, PgType.INT8));

  static final Column PRESENT = new Column(Segment.PRESENT, PgType.BYTEA);

  private PmColumns() {}

  static void put(CopyBuffer rows, FileContext context, BlockRow row, int element, int object) {
    rows.putTimestamp(row.end());
    rows.putInt(row.granularity());
    rows.putInt(element);
    rows.putInt(object);
    rows.putBool(row.suspect());
    rows.putLong(context.claim().fileId());
    rows.putLong(context.claim().version());
  }

  /** Positions of the merge key; without one of the feed's columns it would not be a key. */
  static List<Integer> keys(FileContext context, List<Column> columns, boolean tall) {
    if (!context.merges()) {
      return List.of();
    }
    List<String> names = new ArrayList<>(context.feed().target().key());
    if (tall && !names.contains("counter")) {
      names.add("counter");
    }
    List<Integer> keys = new ArrayList<>();
    for (String name : names) {
      for (int i = 0; i < columns.size(); i++) {
        if (columns.get(i).name().equals(name)) {
          keys.add(i);
        }
      }
    }
    return keys;
  }
}
