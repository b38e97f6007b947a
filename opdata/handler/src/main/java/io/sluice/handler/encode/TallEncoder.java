package io.sluice.handler.encode;

import io.sluice.core.catalog.Dimensions;
import io.sluice.core.catalog.Target;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.handler.block.BlockRow;
import io.sluice.handler.pm.PmGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A row per counter. */
final class TallEncoder implements GroupEncoder {

  private final FileContext context;
  private final Target target;
  private final PmGroup group;
  private final PmValues values = new PmValues();
  private final SegmentBuffer segment;
  private final int fields;
  private int[] counterIds = {};

  TallEncoder(FileContext context, PmGroup group) {
    this.context = context;
    this.target = context.catalog().target(context.feed(), group.id());
    this.group = group;
    List<Column> columns = new ArrayList<>(PmColumns.FIXED);
    columns.add(new Column("counter", PgType.INT4));
    columns.add(new Column("value", PgType.FLOAT8));
    columns.add(new Column("numeric_value", PgType.NUMERIC));
    columns.add(new Column("vector", PgType.FLOAT8_ARRAY));
    columns.add(new Column("numeric_vector", PgType.NUMERIC_ARRAY));
    List<Integer> keys = PmColumns.keys(context, columns, true);
    if (context.merges()) {
      columns.add(PmColumns.PRESENT);
    }
    fields = columns.size();
    segment =
        context
            .output()
            .add(
                new SegmentBuffer(
                    context.feed(),
                    target.mainTableId(),
                    target.schema(),
                    target.name(),
                    columns,
                    keys));
  }

  @Override
  public String schema() {
    return target.schema();
  }

  @Override
  public void prepare() {
    if (counterIds.length == group.slots()) {
      return;
    }
    Map<String, Integer> ids =
        context
            .dimensions()
            .ids(
                target.schema(),
                Dimensions.Kind.COUNTER,
                group.counters(),
                context.feed().target().grants());
    counterIds = group.counters().stream().mapToInt(ids::get).toArray();
  }

  @Override
  public void row(BlockRow row, int element, int object) {
    CopyBuffer rows = segment.rows();
    for (int slot = 0; slot < row.slots(); slot++) {
      if (row.has(slot)) {
        int before = rows.size();
        rows.row(fields);
        PmColumns.put(rows, context, row, element, object);
        rows.putInt(counterIds[slot]);
        putValue(rows, row, slot);
        if (context.merges()) {
          rows.putNull();
        }
        segment.written(1);
        segment.at(row.end(), element);
        context.output().rowDone(rows.size() - before, 1);
      }
    }
  }

  private void putValue(CopyBuffer rows, BlockRow row, int slot) {
    int column =
        switch (row.kind(slot)) {
          case DOUBLE -> 0;
          case NUMERIC -> 1;
          case VECTOR -> 2;
          case VECTOR_NUMERIC -> 3;
          default -> -1;
        };
    for (int i = 0; i < 4; i++) {
      if (i != column) {
        rows.putNull();
        continue;
      }
      switch (column) {
        case 0 -> rows.putDouble(row.number(slot));
        case 1 -> rows.putNumeric(row.numeric(slot));
        case 2 -> values.putVector(rows, row, slot);
        default -> values.putNumericVector(rows, row, slot);
      }
    }
  }
}
