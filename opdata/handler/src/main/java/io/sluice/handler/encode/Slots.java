package io.sluice.handler.encode;

import io.sluice.core.catalog.ColumnKey;
import io.sluice.core.catalog.TargetColumn;
import io.sluice.core.catalog.ValueKind;
import io.sluice.core.chunk.PgType;
import io.sluice.handler.block.BlockRow;
import io.sluice.handler.encode.TableRows.Place;
import io.sluice.handler.pm.PmGroup;
import io.sluice.handler.value.CellKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Which column takes which kind of value of a group's counters, in one file after the other.
 * Columns are asked for all at once, for the kinds that rows were seen to have; a value that its
 * counter's type cannot hold asks for one more.
 */
final class Slots {

  private static final ValueKind[] KINDS = ValueKind.values();

  private final BatchTarget target;
  private final List<ColumnKey> missing = new ArrayList<>();
  private PmGroup group;
  private Place[][] counters = new Place[64][];
  private byte[] asked = new byte[64];
  private int count;

  Slots(BatchTarget target) {
    this.target = target;
  }

  /** Slots are those of this group from now on. */
  void begin(PmGroup next) {
    group = next;
    count = 0;
  }

  /** Finds or makes the columns for the kinds of values seen. */
  void prepare() {
    extend();
    askAll(this::askOwn);
    askAll(this::askSiblings);
  }

  private void askAll(IntConsumer ask) {
    do {
      for (int slot = 0; slot < count; slot++) {
        ask.accept(slot);
      }
    } while (registerMissing());
  }

  private void extend() {
    int slots = group.slots();
    if (slots > counters.length) {
      counters = Arrays.copyOf(counters, slots * 2);
      asked = Arrays.copyOf(asked, slots * 2);
    }
    List<String> names = group.counters();
    for (; count < slots; count++) {
      counters[count] = target.counter(names.get(count));
      asked[count] = 0;
    }
  }

  private void askOwn(int slot) {
    boolean exact = saw(slot, CellKind.NUMERIC);
    boolean onlyBlank =
        saw(slot, CellKind.BLANK)
            && !exact
            && !saw(slot, CellKind.VECTOR)
            && !saw(slot, CellKind.VECTOR_NUMERIC);
    if (saw(slot, CellKind.DOUBLE)
        || onlyBlank
        || (exact && target.typeOf(name(slot)) != PgType.FLOAT8)) {
      ask(slot, ValueKind.VALUE);
    }
  }

  private void askSiblings(int slot) {
    if (saw(slot, CellKind.NUMERIC) && !takesExact(slot)) {
      ask(slot, ValueKind.NUMERIC);
    }
    if (saw(slot, CellKind.VECTOR)) {
      ask(slot, ValueKind.VECTOR);
    }
    if (saw(slot, CellKind.VECTOR_NUMERIC)) {
      ask(slot, ValueKind.VECTOR_NUMERIC);
    }
  }

  private boolean saw(int slot, CellKind kind) {
    return group.hasSeen(slot, kind);
  }

  private boolean takesExact(int slot) {
    Place own = place(slot, ValueKind.VALUE);
    return own != null
        && (own.column().type() == PgType.NUMERIC || own.column().type() == PgType.TEXT);
  }

  private Place place(int slot, ValueKind kind) {
    return counters[slot][kind.code()];
  }

  private String name(int slot) {
    return group.counters().get(slot);
  }

  private void ask(int slot, ValueKind kind) {
    Place place = place(slot, kind);
    if (place == null) {
      missing.add(target.key(name(slot), kind));
    } else {
      asked[slot] |= (byte) (1 << kind.code());
      place.use();
    }
  }

  private boolean registerMissing() {
    if (missing.isEmpty()) {
      return false;
    }
    try {
      target.register(missing);
      return true;
    } finally {
      missing.clear();
    }
  }

  private boolean isAsked(int slot, ValueKind kind) {
    return (asked[slot] & 1 << kind.code()) != 0;
  }

  /** The column that takes a slot's value of this row. */
  Place home(BlockRow row, int slot) {
    ValueKind kind = kindOf(row, slot);
    while (!isAsked(slot, kind)) {
      ask(slot, kind);
      registerMissing();
    }
    return place(slot, kind);
  }

  private ValueKind kindOf(BlockRow row, int slot) {
    CellKind kind = row.kind(slot);
    return switch (kind) {
      case DOUBLE, NUMERIC -> {
        Place own = place(slot, ValueKind.VALUE);
        TargetColumn column = own == null ? null : own.column();
        boolean fits = column != null && PmValues.fits(column.type(), row, slot, kind);
        yield fits ? ValueKind.VALUE : ValueKind.NUMERIC;
      }
      case VECTOR -> ValueKind.VECTOR;
      case VECTOR_NUMERIC -> ValueKind.VECTOR_NUMERIC;
      default -> firstAsked(slot);
    };
  }

  /** A blank is one of whatever the file has of the counter. */
  private ValueKind firstAsked(int slot) {
    for (ValueKind kind : KINDS) {
      if (isAsked(slot, kind)) {
        return kind;
      }
    }
    return ValueKind.VALUE;
  }
}
