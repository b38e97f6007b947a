package io.sluice.handler.encode;

import io.sluice.core.catalog.RowColumns;
import io.sluice.core.catalog.TargetColumn;
import io.sluice.core.chunk.Column;
import io.sluice.handler.encode.SegmentBuffer.Shape;
import java.util.ArrayList;
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
  public final class Place {
    private final TargetColumn column;
    private boolean used;
    private int position = -1;
    private long filled;
    private int slot;

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

    /** A row, told by its number, has its value in a slot. */
    void fill(long row, int valueSlot) {
      filled = row;
      slot = valueSlot;
      filledRow = row;
    }

    boolean isFilled(long row) {
      return filled == row;
    }

    int slot() {
      return slot;
    }

    /** The file had not this field of the row being written. */
    public void lacks() {
      segment.lacks(before.size() + position);
    }

    /** A file of the batch has the column. */
    public void use() {
      if (!used) {
        used = true;
        usedPlaces++;
        stale |= position < 0;
      }
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
  private int usedPlaces;
  private boolean stale = true;
  private long filledRow;

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
    int unused = all.size() - usedPlaces;
    boolean sparse = unused > SPARSE_COLUMNS && all.size() > SPARSE_FACTOR * usedPlaces;
    places = all.stream().filter(place -> !sparse || place.used).toArray(Place[]::new);
    all.forEach(place -> place.position = -1);
    List<Column> columns = new ArrayList<>(before);
    for (int i = 0; i < places.length; i++) {
      places[i].position = i;
      columns.add(new Column(places[i].column.column(), places[i].column.type()));
    }
    columns.addAll(after);
    segment = batch.output().open(new Shape(tableId, schema, table, columns, keys(columns)));
    stale = false;
  }

  private List<Integer> keys(List<Column> columns) {
    List<String> names = columns.stream().map(Column::name).toList();
    return keyNames.stream().map(names::indexOf).filter(at -> at >= 0).toList();
  }

  /** Whether a row, told by its number, has values for the table. */
  boolean isFilled(long row) {
    return filledRow == row;
  }

  /** The columns written, in order, between the fixed ones. */
  public Place[] places() {
    return places;
  }

  /** Fields of a row. */
  public int fields() {
    return before.size() + places.length + after.size();
  }
}
