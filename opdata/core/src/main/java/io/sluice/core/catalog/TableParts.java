package io.sluice.core.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
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
    int id;
    String kind;
    int number;
    int bytes;
    int columns;
  }

  private final Target target;
  private final Set<String> takenTables;
  private final List<Part> parts = new ArrayList<>();

  private TableParts(Target target, Set<String> takenTables) {
    this.target = target;
    this.takenTables = takenTables;
  }

  static TableParts read(Connection connection, Target target, Set<String> takenTables)
      throws SQLException {
    TableParts result = new TableParts(target, takenTables);
    String sql =
        """
        select t.id, t.kind, t.part, t.row_bytes, (select count(*) from sluice.counter c where c.table_id = t.id)
        from sluice.target_table t where t.target_id = ? order by t.part
        """;
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setInt(1, target.id());
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          Part part = new Part();
          part.id = rows.getInt(1);
          part.kind = rows.getString(2);
          part.number = rows.getInt(3);
          part.bytes = rows.getInt(4);
          part.columns = rows.getInt(5);
          result.parts.add(part);
        }
      }
    }
    return result;
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
    Part part = new Part();
    part.kind = kind;
    part.number = number;
    part.id = CatalogStore.insertPart(connection, target.id(), kind, number, name);
    parts.add(part);
    return part;
  }

  void save(Connection connection) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement("update sluice.target_table set row_bytes = ? where id = ?")) {
      for (Part part : parts) {
        update.setInt(1, part.bytes);
        update.setInt(2, part.id);
        update.addBatch();
      }
      update.executeBatch();
    }
  }
}
