package io.sluice.pgtask.copyswap;

import io.sluice.core.catalog.Names;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The copy of a plain table takes its name, and the names of its indexes and identity sequences;
 * the table's own get a suffix. All under ACCESS EXCLUSIVE on both.
 */
record Renaming(SourceTable source, TableName copy, String suffix) {

  /** Name of the table, an index or a sequence of it afterwards. */
  String old(String name) {
    return Names.withSuffix(name, suffix);
  }

  TableName oldTable() {
    return source.name().sibling(old(source.name().name()));
  }

  /** Names that must be free before. */
  List<String> needed() {
    List<String> needed = new ArrayList<>();
    needed.add(oldTable().name());
    source.indexes().forEach(index -> needed.add(old(index.name())));
    return needed;
  }

  List<String> sql(Connection connection) throws SQLException {
    List<String> sql = new ArrayList<>();
    List<String> sequences = new ArrayList<>();
    for (SourceColumn column : source.columns()) {
      if (column.identity()) {
        identity(connection, column, sql, sequences);
      }
    }
    sql.addAll(tables());
    sql.addAll(sequences);
    return sql;
  }

  /** Renames of table and indexes. */
  List<String> tables() {
    List<String> sql = new ArrayList<>();
    sql.add(rename("table", source.name(), oldTable().name()));
    for (SourceIndex index : source.indexes()) {
      TableName name = source.name().sibling(index.name());
      sql.add(rename("index", name, old(index.name())));
      sql.add(rename("index", name.sibling(CopyNames.meanwhile(index.name())), index.name()));
    }
    sql.add(rename("table", copy, source.name().name()));
    return sql;
  }

  /** The copy goes on counting where the table is. */
  private void identity(
      Connection connection, SourceColumn column, List<String> sql, List<String> sequences)
      throws SQLException {
    Optional<TableName> ours = sequence(connection, source.name(), column);
    Optional<TableName> theirs = sequence(connection, copy, column);
    if (ours.isEmpty() || theirs.isEmpty()) {
      return;
    }
    sql.add(
        "select setval(%s, last_value, is_called) from %s"
            .formatted(SqlNames.literal(theirs.get().sql()), ours.get().sql()));
    sequences.add(rename("sequence", ours.get(), old(ours.get().name())));
    sequences.add(rename("sequence", theirs.get(), ours.get().name()));
  }

  private static Optional<TableName> sequence(
      Connection connection, TableName table, SourceColumn column) throws SQLException {
    String sql =
        """
        select n.nspname, c.relname
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.oid = pg_get_serial_sequence(?, ?)::regclass\
        """;
    return Sql.first(connection, sql, TableName::read, table.sql(), column.name());
  }

  private static String rename(String what, TableName from, String to) {
    return "alter %s %s rename to %s".formatted(what, from.sql(), SqlNames.quote(to));
  }
}
