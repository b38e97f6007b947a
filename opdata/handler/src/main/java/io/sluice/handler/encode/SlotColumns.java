package io.sluice.handler.encode;

import io.sluice.core.catalog.ColumnKey;
import io.sluice.core.catalog.Target;
import io.sluice.core.catalog.TargetColumn;
import io.sluice.core.catalog.ValueKind;
import io.sluice.core.chunk.PgType;
import io.sluice.core.feed.Glob;
import io.sluice.core.feed.SqlType;
import io.sluice.handler.block.BlockRow;
import io.sluice.handler.pm.PmGroup;
import io.sluice.handler.value.CellKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which column takes which kind of value of a counter. Columns are asked of the catalogue in
 * batches, for the kinds that rows were seen to have; a value that its counter's type cannot hold
 * asks for one more.
 */
final class SlotColumns {

  private static final int KINDS = ValueKind.values().length;

  private final FileContext context;
  private final Target target;
  private final PmGroup group;
  private final List<TypeRule> rules = new ArrayList<>();
  private final List<TargetColumn[]> bySlot = new ArrayList<>();

  private record TypeRule(Glob glob, PgType type) {}

  SlotColumns(FileContext context, Target target, PmGroup group) {
    this.context = context;
    this.target = target;
    this.group = group;
    for (Map.Entry<String, SqlType> rule : context.feed().target().types().entrySet()) {
      rules.add(
          new TypeRule(Glob.of(rule.getKey()), PgType.ofSql(rule.getValue().sql()).orElseThrow()));
    }
  }

  /** Column of a counter's kind, or null when the file had no such value so far. */
  TargetColumn column(int slot, ValueKind kind) {
    return slot < bySlot.size() ? bySlot.get(slot)[indexOf(kind)] : null;
  }

  /** Registers what is missing for the kinds seen; true when there are new columns. */
  boolean prepare() {
    while (bySlot.size() < group.slots()) {
      bySlot.add(new TargetColumn[KINDS]);
    }
    boolean added = register(wanted(true));
    return register(wanted(false)) || added;
  }

  /** First the counters' own columns, then what their types make necessary. */
  private List<SlotKey> wanted(boolean own) {
    List<SlotKey> wanted = new ArrayList<>();
    for (int slot = 0; slot < group.slots(); slot++) {
      if (own) {
        addOwn(wanted, slot);
      } else {
        addSiblings(wanted, slot);
      }
    }
    return wanted;
  }

  private void addOwn(List<SlotKey> wanted, int slot) {
    boolean number = group.hasSeen(slot, CellKind.DOUBLE);
    boolean exact = group.hasSeen(slot, CellKind.NUMERIC) && typeOf(slot) != PgType.FLOAT8;
    boolean onlyBlank =
        group.hasSeen(slot, CellKind.BLANK)
            && !group.hasSeen(slot, CellKind.NUMERIC)
            && !group.hasSeen(slot, CellKind.VECTOR)
            && !group.hasSeen(slot, CellKind.VECTOR_NUMERIC);
    if (number || exact || onlyBlank) {
      add(wanted, slot, ValueKind.VALUE);
    }
  }

  private void addSiblings(List<SlotKey> wanted, int slot) {
    if (group.hasSeen(slot, CellKind.NUMERIC) && !takesExact(slot)) {
      add(wanted, slot, ValueKind.NUMERIC);
    }
    if (group.hasSeen(slot, CellKind.VECTOR)) {
      add(wanted, slot, ValueKind.VECTOR);
    }
    if (group.hasSeen(slot, CellKind.VECTOR_NUMERIC)) {
      add(wanted, slot, ValueKind.VECTOR_NUMERIC);
    }
  }

  private boolean takesExact(int slot) {
    TargetColumn own = column(slot, ValueKind.VALUE);
    return own != null && (own.type() == PgType.NUMERIC || own.type() == PgType.TEXT);
  }

  private void add(List<SlotKey> wanted, int slot, ValueKind kind) {
    if (column(slot, kind) == null) {
      wanted.add(new SlotKey(slot, kind));
    }
  }

  private record SlotKey(int slot, ValueKind kind) {}

  private boolean register(List<SlotKey> wanted) {
    if (wanted.isEmpty()) {
      return false;
    }
    List<ColumnKey> keys = wanted.stream().map(this::key).toList();
    List<TargetColumn> columns = context.catalog().columns(context.feed(), target, keys);
    for (int i = 0; i < wanted.size(); i++) {
      SlotKey key = wanted.get(i);
      bySlot.get(key.slot())[indexOf(key.kind())] = columns.get(i);
    }
    return true;
  }

  private ColumnKey key(SlotKey key) {
    String counter = group.counters().get(key.slot());
    return key.kind() == ValueKind.VALUE
        ? new ColumnKey(counter, key.kind(), typeOf(key.slot()))
        : ColumnKey.of(counter, key.kind());
  }

  private PgType typeOf(int slot) {
    String counter = group.counters().get(slot);
    for (TypeRule rule : rules) {
      if (rule.glob().matches(counter)) {
        return rule.type();
      }
    }
    return PgType.FLOAT8;
  }

  /**
   * Kind of the column that takes a slot's value of this row.
   *
   * @return null when the file has no such column yet: {@link #demand} it
   */
  ValueKind home(BlockRow row, int slot) {
    CellKind kind = row.kind(slot);
    return switch (kind) {
      case DOUBLE, NUMERIC -> {
        TargetColumn own = column(slot, ValueKind.VALUE);
        boolean fits = own != null && PmValues.fits(own.type(), row, slot, kind);
        yield fits ? ValueKind.VALUE : ValueKind.NUMERIC;
      }
      case VECTOR -> ValueKind.VECTOR;
      case VECTOR_NUMERIC -> ValueKind.VECTOR_NUMERIC;
      default -> firstOf(slot);
    };
  }

  private ValueKind firstOf(int slot) {
    for (ValueKind kind : ValueKind.values()) {
      if (column(slot, kind) != null) {
        return kind;
      }
    }
    return ValueKind.VALUE;
  }

  /** Registers one more column for a value that does not fit its counter's type. */
  void demand(int slot, ValueKind kind) {
    register(List.of(new SlotKey(slot, kind)));
  }

  private static int indexOf(ValueKind kind) {
    return switch (kind) {
      case VALUE -> 0;
      case NUMERIC -> 1;
      case VECTOR -> 2;
      case VECTOR_NUMERIC -> 3;
    };
  }
}
