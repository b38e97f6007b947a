package io.sluice.handler.encode;

import io.sluice.core.catalog.Dimensions.Kind;
import io.sluice.core.catalog.NameIds;
import io.sluice.core.catalog.ValueKind;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.handler.block.BlockRow;
import io.sluice.handler.pm.PmGroup;
import io.sluice.handler.value.CellKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A row per counter. */
final class TallEncoder extends GroupEncoder {

  private final TableRows table;
  private final NameIds counters;
  private final List<byte[]> names = new ArrayList<>();
  private PmGroup group;

  TallEncoder(BatchContext batch, BatchTarget target) {
    super(batch, target.target().schema());
    this.table = target.main();
    this.counters = batch.ids().of(target.target().schema(), Kind.COUNTER);
  }

  @Override
  void begin(PmGroup next) {
    group = next;
    names.clear();
  }

  @Override
  void prepare() {
    for (String name : group.counters().subList(names.size(), group.slots())) {
      names.add(name.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  void row(BlockRow row, int element, int object) {
    SegmentBuffer segment = table.segment();
    CopyBuffer rows = segment.rows();
    for (int slot = 0; slot < row.slots(); slot++) {
      if (row.has(slot)) {
        int before = rows.size();
        rows.row(table.fields());
        putFixed(segment, row, element, object);
        byte[] name = names.get(slot);
        segment.putId(counters.id(name, 0, name.length));
        putValue(rows, row, slot);
        segment.written(1);
        segment.at(row.end(), element);
        batch.output().count(rows.size() - (long) before, 1);
      }
    }
  }

  private void putValue(CopyBuffer rows, BlockRow row, int slot) {
    CellKind kind = row.kind(slot);
    // The columns are in the order of the kinds; a blank is in the first.
    int column = Math.max(0, kind.compareTo(CellKind.DOUBLE));
    rows.putNulls(column);
    switch (kind) {
      case DOUBLE -> rows.putDouble(row.number(slot));
      case NUMERIC -> rows.putNumeric(row.numeric(slot));
      case VECTOR -> PmValues.putVector(rows, row, slot);
      case VECTOR_NUMERIC -> PmValues.putNumericVector(rows, row, slot);
      default -> rows.putNull();
    }
    rows.putNulls(ValueKind.COUNT - 1 - column);
  }
}
