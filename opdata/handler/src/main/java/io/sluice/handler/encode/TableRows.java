package io.sluice.handler.encode;

import io.sluice.core.catalog.RowColumns;
import io.sluice.core.catalog.TargetColumn;
import io.sluice.core.chunk.Column;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One table of a target while a batch is encoded: its columns in the catalogue's order, whichever
 * file has them, so that all rows of a batch share one column list; and the segment that takes its
 * rows now. Of a table that is much wider than what the files fill only the columns that some file
 * has are written.
 */
public final class TableRows {

  private static final int SPARSE_FACTOR = 4;
  private static final int SPARSE_COLUMNS = 64;

  /** A column and its place. */
  public static final class Place {
    private final TargetColumn column;
    private boolean used;
    private int position = -1;

    private Place(TargetColumn column) {
      this.column = column;
    }

    /** Where it is among {@link TableRows#places()}; -1 when it is not written. */
    public int position() {
      return position;
    }

    public TargetColumn column() {
      return column;
    }
  }

  private final BatchContext batch;
  private final String schema;
  private final int tableId;
  private final String table;
  private List<String> keyNames;
  private final List<Column> before;
  private final List<Column> after;
  private final List<Place> all = new ArrayList<>();
  private Place[] places = {};
  private SegmentBuffer segment;
  private int used;
  private int version;
  private boolean stale = true;
  private byte[] present = {};

  /**
   * A table without columns but the fixed ones.
   *
   * @param keyNames columns that tell rows apart in merge mode
   */
  TableRows(BatchContext batch, String schema, int tableId, String table, List<String> keyNames) {
    this.batch = batch;
    this.schema = schema;
    this.tableId = tableId;
    this.table = table;
    this.keyNames = batch.merges() ? keyNames : List.of();
    this.before = RowColumns.before(batch.feed().target().layout());
    this.after = RowColumns.after(batch.feed().target().layout());
  }

  /** The key is of these columns, where their names are found out from the files. */
  public void key(List<String> names) {
    if (batch.merges() && !names.equals(keyNames)) {
      keyNames = names;
      stale = true;
    }
  }

  /** Adds a column; those of a table come by rising ordinals. */
  Place add(TargetColumn column) {
    Place place = new Place(column);
    all.add(place);
    stale = true;
    return place;
  }

  /** A file of the batch has a column. */
  public void use(Place place) {
    if (!place.used) {
      place.used = true;
      used++;
      stale |= place.position < 0;
    }
  }

  /** Where the rows go that have the columns used so far. */
  public SegmentBuffer segment() {
    if (stale) {
      open();
    }
    return segment;
  }

  private void open() {
    if (segment != null) {
      segment.supersede();
    }
    int unused = all.size() - used;
    boolean sparse = unused > SPARSE_COLUMNS && all.size() > SPARSE_FACTOR * used;
    places = all.stream().filter(place -> !sparse || place.used).toArray(Place[]::new);
    all.forEach(place -> place.position = -1);
    List<Column> columns = new ArrayList<>(before);
    for (int i = 0; i < places.length; i++) {
      places[i].position = i;
      columns.add(new Column(places[i].column.column(), places[i].column.type()));
    }
    columns.addAll(after);
    List<Integer> keys = keys(columns);
    present = new byte[(columns.size() + 7) / 8];
    segment = batch.output().open(tableId, schema, table, columns, keys);
    stale = false;
    version++;
  }

  private List<Integer> keys(List<Column> columns) {
    List<Integer> keys = new ArrayList<>();
    for (String name : keyNames) {
      for (int i = 0; i < columns.size(); i++) {
        if (columns.get(i).name().equals(name)) {
          keys.add(i);
        }
      }
    }
    return keys;
  }

  /** Changes when the places do; after {@link #segment}. */
  public int version() {
    return version;
  }

  /** The columns written, in order, between the fixed ones. */
  public Place[] places() {
    return places;
  }

  /** Fields of a row. */
  public int fields() {
    return before.size() + places.length + after.size();
  }

  /** Forgets which fields are there: all fixed ones, and none else. */
  public void clearPresent() {
    Arrays.fill(present, (byte) 0);
    for (int i = 0; i < before.size(); i++) {
      set(i);
    }
    for (int i = 0; i < after.size(); i++) {
      set(before.size() + places.length + i);
    }
  }

  /** The field at a place is there. */
  public void setPresent(int position) {
    set(before.size() + position);
  }

  private void set(int field) {
    present[field >> 3] |= (byte) (1 << (field & 7));
  }

  /** Which fields are there, see {@link io.sluice.core.chunk.Segment#presence}. */
  public byte[] present() {
    return present;
  }
}
