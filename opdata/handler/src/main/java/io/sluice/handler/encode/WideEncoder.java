package io.sluice.handler.encode;

import io.sluice.core.catalog.Target;
import io.sluice.core.catalog.TargetColumn;
import io.sluice.core.catalog.ValueKind;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.handler.block.BlockRow;
import io.sluice.handler.pm.PmGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A column per counter (D8). A target may be cut into several tables: the first gets every row, the
 * others the rows that have values for them.
 */
final class WideEncoder implements GroupEncoder {

  private static final byte ABSENT = 0;

  private final FileContext context;
  private final Target target;
  private final PmGroup group;
  private final SlotColumns columns;
  private final PmValues values = new PmValues();
  private final Map<Integer, Part> parts = new LinkedHashMap<>();
  private byte[] homes = new byte[64];

  WideEncoder(FileContext context, PmGroup group) {
    this.context = context;
    this.target = context.catalog().target(context.feed(), group.id());
    this.group = group;
    this.columns = new SlotColumns(context, target, group);
    Part main = new Part(target.mainTableId(), target.name());
    parts.put(target.mainTableId(), main);
    main.open();
  }

  @Override
  public String schema() {
    return target.schema();
  }

  @Override
  public void prepare() {
    if (columns.prepare()) {
      place();
    }
  }

  /** Gives every column its place in its table's segment. */
  private void place() {
    for (int slot = 0; slot < group.slots(); slot++) {
      for (ValueKind kind : ValueKind.values()) {
        TargetColumn column = columns.column(slot, kind);
        if (column != null) {
          parts
              .computeIfAbsent(column.tableId(), id -> new Part(id, column.table()))
              .place(slot, kind, column);
        }
      }
    }
    parts.values().forEach(Part::openIfChanged);
  }

  @Override
  public void row(BlockRow row, int element, int object) {
    findHomes(row);
    for (Part part : parts.values()) {
      part.row(row, element, object);
    }
  }

  /** Decides for each slot of the row which of its columns gets the value. */
  private void findHomes(BlockRow row) {
    int slots = row.slots();
    if (homes.length < slots) {
      homes = new byte[slots * 2];
    }
    boolean demanded = false;
    for (int slot = 0; slot < slots; slot++) {
      homes[slot] = ABSENT;
      if (row.has(slot)) {
        ValueKind home = columns.home(row, slot);
        if (columns.column(slot, home) == null) {
          columns.demand(slot, home);
          demanded = true;
        }
        homes[slot] = code(home);
      }
    }
    Arrays.fill(homes, slots, homes.length, ABSENT);
    if (demanded) {
      place();
    }
  }

  private static byte code(ValueKind kind) {
    return switch (kind) {
      case VALUE -> 1;
      case NUMERIC -> 2;
      case VECTOR -> 3;
      case VECTOR_NUMERIC -> 4;
    };
  }

  /** One table of the target. */
  private final class Part {

    private final int tableId;
    private final String table;
    private final boolean main;
    private final List<Place> places = new ArrayList<>();
    private final Set<Long> placed = new HashSet<>();
    private SegmentBuffer segment;
    private int[] slots = {};
    private byte[] kinds = {};
    private PgType[] types = {};
    private byte[] present = {};

    private record Place(int slot, byte kind, TargetColumn column) {}

    Part(int tableId, String table) {
      this.tableId = tableId;
      this.table = table;
      this.main = tableId == target.mainTableId();
    }

    void place(int slot, ValueKind kind, TargetColumn column) {
      byte code = code(kind);
      if (!placed.add(slot * 8L + code)) {
        return;
      }
      places.add(new Place(slot, code, column));
    }

    void openIfChanged() {
      if (segment == null || places.size() != slots.length) {
        open();
      }
    }

    void open() {
      if (segment != null) {
        segment.supersede();
      }
      List<Column> list = new ArrayList<>(PmColumns.FIXED);
      slots = new int[places.size()];
      kinds = new byte[places.size()];
      types = new PgType[places.size()];
      for (int i = 0; i < slots.length; i++) {
        Place place = places.get(i);
        slots[i] = place.slot;
        kinds[i] = place.kind;
        types[i] = place.column.type();
        list.add(new Column(place.column.column(), types[i]));
      }
      present = new byte[(list.size() + 7) / 8];
      List<Integer> keys = PmColumns.keys(context, list, false);
      if (context.merges()) {
        list.add(PmColumns.PRESENT);
      }
      segment =
          context
              .output()
              .add(new SegmentBuffer(context.feed(), tableId, target.schema(), table, list, keys));
    }

    void row(BlockRow row, int element, int object) {
      int cells = count(row);
      if (cells == 0 && !main) {
        return;
      }
      CopyBuffer rows = segment.rows();
      int before = rows.size();
      rows.row(PmColumns.FIXED.size() + slots.length + (context.merges() ? 1 : 0));
      PmColumns.put(rows, context, row, element, object);
      for (int i = 0; i < slots.length; i++) {
        if (isHome(row, i)) {
          put(rows, i, row);
        } else {
          rows.putNull();
        }
      }
      if (context.merges()) {
        putPresent(rows, row, cells);
      }
      segment.written(cells);
      segment.at(row.end(), element);
      context.output().rowDone(rows.size() - before, cells);
    }

    private int count(BlockRow row) {
      int cells = 0;
      for (int i = 0; i < slots.length; i++) {
        cells += isHome(row, i) ? 1 : 0;
      }
      return cells;
    }

    private boolean isHome(BlockRow row, int place) {
      return slots[place] < row.slots() && homes[slots[place]] == kinds[place];
    }

    private void put(CopyBuffer rows, int place, BlockRow row) {
      int slot = slots[place];
      switch (row.kind(slot)) {
        case DOUBLE, NUMERIC -> values.putNumber(rows, types[place], row, slot, row.kind(slot));
        case VECTOR -> values.putVector(rows, row, slot);
        case VECTOR_NUMERIC -> values.putNumericVector(rows, row, slot);
        default -> rows.putNull();
      }
    }

    private void putPresent(CopyBuffer rows, BlockRow row, int cells) {
      if (cells == slots.length) {
        rows.putNull();
        return;
      }
      Arrays.fill(present, (byte) 0);
      int fixed = PmColumns.FIXED.size();
      for (int i = 0; i < fixed; i++) {
        set(i);
      }
      for (int i = 0; i < slots.length; i++) {
        if (isHome(row, i)) {
          set(fixed + i);
        }
      }
      rows.putBytes(present, 0, present.length);
    }

    private void set(int field) {
      present[field >> 3] |= (byte) (1 << (field & 7));
    }
  }
}
