package io.sluice.handler.encode;

import io.sluice.core.chunk.CopyBuffer;
import io.sluice.handler.block.BlockRow;
import io.sluice.handler.encode.TableRows.Place;
import io.sluice.handler.pm.PmGroup;

/** A column per counter: the rows of one group in the tables of its target. */
final class WideEncoder extends GroupEncoder {

  private final BatchTarget target;
  private final Slots slots;

  WideEncoder(BatchContext batch, BatchTarget target) {
    super(batch, target.target().schema());
    this.target = target;
    this.slots = new Slots(target);
  }

  @Override
  void begin(PmGroup group) {
    slots.begin(group);
  }

  @Override
  void prepare() {
    slots.prepare();
  }

  @Override
  void row(BlockRow row, int element, int object) {
    long number = target.nextRow();
    for (int slot = 0; slot < row.slots(); slot++) {
      if (row.has(slot)) {
        slots.home(row, slot).fill(number, slot);
      }
    }
    for (TableRows table : target.tables()) {
      if (table == target.main() || table.isFilled(number)) {
        write(table, number, row, element, object);
      }
    }
  }

  private void write(TableRows table, long number, BlockRow row, int element, int object) {
    SegmentBuffer segment = table.segment();
    CopyBuffer rows = segment.rows();
    int before = rows.size();
    rows.row(table.fields());
    putFixed(segment, row, element, object);
    int cells = putCells(table, number, row);
    segment.written(cells);
    segment.at(row.end(), element);
    batch.output().count(rows.size() - (long) before, cells);
  }

  private int putCells(TableRows table, long number, BlockRow row) {
    boolean merges = batch.merges();
    CopyBuffer rows = table.segment().rows();
    int cells = 0;
    int nulls = 0;
    for (Place place : table.places()) {
      if (place.isFilled(number)) {
        rows.putNulls(nulls);
        nulls = 0;
        PmValues.put(rows, place.column().type(), row, place.slot());
        cells++;
      } else {
        nulls++;
        if (merges) {
          place.lacks();
        }
      }
    }
    rows.putNulls(nulls);
    return cells;
  }
}
