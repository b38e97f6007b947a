package io.sluice.loader.write;

import io.sluice.core.chunk.Column;
import io.sluice.core.feed.Layout;
import io.sluice.core.sql.SqlNames;
import io.sluice.loader.rows.CopyRows;
import io.sluice.loader.rows.Counts;
import io.sluice.loader.rows.RowRange;
import io.sluice.loader.table.Prepared;
import io.sluice.loader.table.TableNeeds;
import io.sluice.loader.table.TargetTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All rows of a chunk that go into one table: one COPY, or where a new column came up in the middle
 * of the batch one for each column list.
 *
 * @param columns that any of the rows have
 * @param key names of the columns that tell rows apart; empty in append mode
 */
public record CopyGroup(
    TargetTable table, List<Column> columns, List<String> key, List<RowRange> ranges) {

  /** In the fixed order in which every loader takes its tables. */
  public static List<CopyGroup> of(List<RowRange> ranges, Prepared prepared) {
    Map<Integer, List<RowRange>> byTable = new HashMap<>();
    for (RowRange range : ranges) {
      byTable.computeIfAbsent(range.head().tableId(), id -> new ArrayList<>()).add(range);
    }
    return byTable.entrySet().stream()
        .map(rows -> of(prepared.table(rows.getKey()), rows.getValue()))
        .sorted(
            Comparator.comparing((CopyGroup g) -> g.table.schema())
                .thenComparing(g -> g.table.name()))
        .toList();
  }

  /**
   * Rows of one table.
   *
   * @param ranges never none
   */
  public static CopyGroup of(TargetTable table, List<RowRange> ranges) {
    Set<Column> columns = new LinkedHashSet<>();
    List<Column> last = List.of();
    for (RowRange range : ranges) {
      if (!range.head().columns().equals(last)) {
        last = range.head().columns();
        columns.addAll(last);
      }
    }
    List<String> key = TableNeeds.keyNames(ranges.get(0).head());
    return new CopyGroup(table, List.copyOf(columns), key, ranges);
  }

  boolean merges() {
    return !key.isEmpty();
  }

  /** Whether some rows lack fields, which then leave the stored values. */
  boolean hasPresence() {
    return ranges.stream()
        .map(RowRange::head)
        .anyMatch(head -> head.presence() > 0 || head.columns().size() < columns.size());
  }

  /** Files whose rows may be stored already, by an earlier handling. */
  Set<Long> filesHandledAgain() {
    return ranges.stream()
        .filter(range -> range.handling() > 1)
        .map(RowRange::fileId)
        .collect(Collectors.toSet());
  }

  /** Whether a column's fields are what the file's counts speak of. */
  boolean isCell(Column column) {
    return table.layout() == Layout.WIDE && table.counters().containsKey(column.name());
  }

  /** A look into some of its rows. */
  public CopyRows look(RowRange range) {
    return new CopyRows(range, cellFields(range.head().columns()));
  }

  private BitSet cellFields(List<Column> columns) {
    if (table.layout() != Layout.WIDE) {
      return null;
    }
    BitSet fields = new BitSet();
    for (int i = 0; i < columns.size(); i++) {
      fields.set(i, isCell(columns.get(i)));
    }
    return fields;
  }

  /** Rows and units as they are: nothing gave way. */
  Counts asLoaded() {
    Counts counts = new Counts();
    ranges.forEach(range -> counts.of(range.fileId()).wrote(range));
    return counts;
  }

  /** Sends the rows to a table that has the columns, and one for their presence where asked. */
  void copyTo(Connection connection, String qualified, boolean presence) throws SQLException {
    int from = 0;
    for (int i = 1; i <= ranges.size(); i++) {
      if (i == ranges.size() || !columnsAt(i).equals(columnsAt(from))) {
        copyTo(connection, qualified, ranges.subList(from, i), presence);
        from = i;
      }
    }
  }

  private List<Column> columnsAt(int range) {
    return ranges.get(range).head().columns();
  }

  /** Rows of one column list. */
  private void copyTo(
      Connection connection, String qualified, List<RowRange> some, boolean presence)
      throws SQLException {
    String names = SqlNames.list(some.get(0).head().columns().stream().map(Column::name).toList());
    BinaryCopy.copy(
        connection,
        qualified,
        presence ? names + ", " + MergeSql.PRESENT : names,
        some,
        presence ? columns : List.of());
  }
}
