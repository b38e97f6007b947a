package io.sluice.handler.encode;

import io.sluice.core.catalog.ValueKind;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.handler.block.BlockRow;
import io.sluice.handler.encode.BatchTarget.Counter;
import io.sluice.handler.encode.TableRows.Place;
import io.sluice.handler.pm.PmGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A column per counter: the rows of one group in the tables of its target. */
final class WideEncoder extends GroupEncoder {

  private static final byte ABSENT = -1;
  private static final ValueKind[] KINDS = ValueKind.values();

  private final BatchTarget target;
  private final Slots slots;
  private final PmValues values = new PmValues();
  private final List<Part> parts = new ArrayList<>();
  private byte[] homes = new byte[64];

  WideEncoder(BatchContext batch, BatchTarget target) {
    super(batch, target.target().schema());
    this.target = target;
    this.slots = new Slots(target);
  }

  @Override
  void begin(PmGroup group) {
    slots.begin(group);
    parts.forEach(Part::forget);
  }

  @Override
  void prepare() {
    if (slots.prepare()) {
      parts.forEach(Part::forget);
    }
  }

  @Override
  void row(BlockRow row, int element, int object) {
    findHomes(row);
    if (parts.size() < target.tables().size()) {
      target.tables().stream().skip(parts.size()).forEach(t -> parts.add(new Part(t)));
    }
    for (int i = 0; i < parts.size(); i++) {
      parts.get(i).row(row, element, object);
    }
  }

  /** Decides for each slot of the row which of its columns gets the value. */
  private void findHomes(BlockRow row) {
    int count = row.slots();
    if (homes.length < count) {
      homes = new byte[count * 2];
    }
    for (int slot = 0; slot < count; slot++) {
      homes[slot] = row.has(slot) ? slots.home(row, slot).code() : ABSENT;
    }
  }

  /** One table of the target, as this group fills it. */
  private final class Part {

    private final TableRows table;
    private final boolean main = parts.isEmpty();
    private int version = -1;
    private int[] slotAt = {};
    private byte[] kindAt = {};

    Part(TableRows table) {
      this.table = table;
    }

    void forget() {
      version = -1;
    }

    void row(BlockRow row, int element, int object) {
      SegmentBuffer segment = table.segment();
      if (version != table.version()) {
        map();
      }
      if (!main && !fills(row)) {
        return;
      }
      CopyBuffer rows = segment.rows();
      int before = rows.size();
      rows.row(table.fields());
      putFixed(segment, row, element, object);
      int cells = putCells(rows, row);
      boolean lacks = batch.merges() && cells < slotAt.length;
      segment.written(cells, lacks ? table.present() : null);
      segment.at(row.end(), element);
      batch.output().count(rows.size() - (long) before, cells);
    }

    /** Finds the slot of each column. */
    private void map() {
      version = table.version();
      Place[] places = table.places();
      slotAt = slotAt.length == places.length ? slotAt : new int[places.length];
      kindAt = kindAt.length == places.length ? kindAt : new byte[places.length];
      Arrays.fill(slotAt, -1);
      for (int i = 0; i < places.length; i++) {
        kindAt[i] = places[i].column().kind().code();
      }
      for (int slot = 0; slot < slots.count(); slot++) {
        map(slot, slots.counter(slot));
      }
    }

    private void map(int slot, Counter counter) {
      for (ValueKind kind : KINDS) {
        if (counter.table(kind) == table && counter.place(kind).position() >= 0) {
          slotAt[counter.place(kind).position()] = slot;
        }
      }
    }

    private boolean isHome(BlockRow row, int place) {
      int slot = slotAt[place];
      return slot >= 0 && slot < row.slots() && homes[slot] == kindAt[place];
    }

    private boolean fills(BlockRow row) {
      for (int i = 0; i < slotAt.length; i++) {
        if (isHome(row, i)) {
          return true;
        }
      }
      return false;
    }

    private int putCells(CopyBuffer rows, BlockRow row) {
      boolean merges = batch.merges();
      if (merges) {
        table.clearPresent();
      }
      int cells = 0;
      int nulls = 0;
      for (int i = 0; i < slotAt.length; i++) {
        if (!isHome(row, i)) {
          nulls++;
          continue;
        }
        rows.putNulls(nulls);
        nulls = 0;
        put(rows, i, row);
        cells++;
        if (merges) {
          table.setPresent(i);
        }
      }
      rows.putNulls(nulls);
      return cells;
    }

    private void put(CopyBuffer rows, int place, BlockRow row) {
      int slot = slotAt[place];
      switch (row.kind(slot)) {
        case DOUBLE, NUMERIC ->
            values.putNumber(
                rows, table.places()[place].column().type(), row, slot, row.kind(slot));
        case VECTOR -> values.putVector(rows, row, slot);
        case VECTOR_NUMERIC -> values.putNumericVector(rows, row, slot);
        default -> rows.putNull();
      }
    }
  }
}
