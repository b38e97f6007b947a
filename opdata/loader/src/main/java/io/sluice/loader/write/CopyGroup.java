package io.sluice.loader.write;

import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.Segment;
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
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All rows of a chunk that go into one table with one column list: one COPY.
 *
 * @param key names of the columns that tell rows apart; empty in append mode
 */
public record CopyGroup(
    TargetTable table, List<Column> columns, List<String> key, List<RowRange> ranges) {

  private record Key(int tableId, List<Column> columns) {}

  /** In the fixed order in which every loader takes its tables. */
  public static List<CopyGroup> of(List<RowRange> ranges, Prepared prepared) {
    IdentityHashMap<Segment, CopyGroup> bySegment = new IdentityHashMap<>();
    Map<Key, CopyGroup> groups = new HashMap<>();
    for (RowRange range : ranges) {
      bySegment
          .computeIfAbsent(
              range.head(),
              head ->
                  groups.computeIfAbsent(
                      new Key(head.tableId(), head.columns()), k -> empty(head, prepared)))
          .ranges
          .add(range);
    }
    return groups.values().stream()
        .sorted(
            Comparator.comparing((CopyGroup g) -> g.table.schema())
                .thenComparing(g -> g.table.name())
                .thenComparing(g -> g.columns.size()))
        .toList();
  }

  private static CopyGroup empty(Segment head, Prepared prepared) {
    TargetTable table = prepared.table(head.tableId());
    return new CopyGroup(table, head.columns(), TableNeeds.keyNames(head), new ArrayList<>());
  }

  CopyGroup with(List<RowRange> some) {
    return new CopyGroup(table, columns, key, some);
  }

  boolean merges() {
    return !key.isEmpty();
  }

  /** Whether some rows lack fields, which then leave the stored values. */
  boolean hasPresence() {
    return ranges.stream().anyMatch(range -> range.head().presence() > 0);
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
    return new CopyRows(range, cellFields());
  }

  private BitSet cellFields() {
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
    String names = SqlNames.list(columns.stream().map(Column::name).toList());
    BinaryCopy.copy(
        connection,
        qualified,
        presence ? names + ", " + MergeSql.PRESENT : names,
        ranges,
        presence);
  }
}
