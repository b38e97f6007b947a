package io.sluice.core.catalog;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * Cuts a target into tables by estimated row bytes: 7,000 of the 8,160 a row may have, so that
 * nothing is TOASTed that need not be, and 1,500 of the 1,600 columns a table may have. Vectors go
 * to tables of their own.
 */
final class TableParts {

  static final int ROW_BYTES = 7_000;
  static final int COLUMNS = 1_500;
  private static final int FIXED_BYTES = 80; // tuple header, null bitmap, Sluice's own columns

  private static final class Part {
    private final int id;
    private final String kind;
    private final int number;
    private int bytes;
    private int columns;

    Part(int id, String kind, int number) {
      this.id = id;
      this.kind = kind;
      this.number = number;
    }

    static Part read(ResultSet row) throws SQLException {
      Part part = new Part(row.getInt(1), row.getString(2), row.getInt(3));
      part.bytes = row.getInt(4);
      part.columns = row.getInt(5);
      return part;
    }
  }

  private final Target target;
  private final Set<String> takenTables;
  private final List<Part> parts;

  private TableParts(Target target, Set<String> takenTables, List<Part> parts) {
    this.target = target;
    this.takenTables = takenTables;
    this.parts = parts;
  }

  static TableParts read(Connection connection, Target target, Set<String> takenTables)
      throws SQLException {
    String sql =
        """
        select t.id, t.kind, t.part, t.row_bytes, (select count(*) from sluice.counter c where c.table_id = t.id)
        from sluice.target_table t where t.target_id = ? order by t.part
        """;
    return new TableParts(target, takenTables, Sql.list(connection, sql, Part::read, target.id()));
  }

  /** The table for one more column: the last of its kind with room, or a new one. */
  int place(Connection connection, ColumnKey key) throws SQLException {
    String kind = key.kind().isVector() ? "vector" : "main";
    Part last = null;
    for (Part part : parts) {
      last = part.kind.equals(kind) ? part : last;
    }
    int bytes = key.type().rowBytes();
    if (last == null || last.columns >= COLUMNS || FIXED_BYTES + last.bytes + bytes > ROW_BYTES) {
      last = add(connection, kind, last == null ? 1 : last.number + 1);
    }
    last.columns++;
    last.bytes += bytes;
    return last.id;
  }

  private Part add(Connection connection, String kind, int number) throws SQLException {
    String suffix = kind.equals("vector") ? "_vector" + (number > 1 ? number : "") : "_" + number;
    String name = Names.unique(target.name(), suffix, takenTables);
    takenTables.add(name);
    int id = CatalogStore.insertPart(connection, target.id(), kind, number, name);
    Part part = new Part(id, kind, number);
    parts.add(part);
    return part;
  }

  void save(Connection connection) throws SQLException {
    Sql.update(
        connection,
        "update sluice.target_table t set row_bytes = p.bytes"
            + " from unnest(?::int[], ?::int[]) as p (id, bytes) where t.id = p.id",
        Sql.array("int", parts, part -> part.id),
        Sql.array("int", parts, part -> part.bytes));
  }
}
