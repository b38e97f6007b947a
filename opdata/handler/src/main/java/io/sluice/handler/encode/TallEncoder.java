package io.sluice.handler.encode;

import io.sluice.core.catalog.Dimensions.Kind;
import io.sluice.core.catalog.NameIds;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.handler.block.BlockRow;
import io.sluice.handler.pm.PmGroup;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A row per counter. */
final class TallEncoder extends GroupEncoder {

  private final TableRows table;
  private final NameIds counters;
  private final PmValues values = new PmValues();
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
