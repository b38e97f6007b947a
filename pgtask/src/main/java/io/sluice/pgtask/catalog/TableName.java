package io.sluice.pgtask.catalog;

import io.sluice.core.sql.SqlNames;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A table's schema and name, unquoted. */
public record TableName(String schema, String name) implements Comparable<TableName> {

  /**
   * Reads {@code schema.table}; the first point ends the schema.
   *
   * @throws IllegalArgumentException if there is none; the message is for people
   */
  public static TableName parse(String text) {
    int point = text.indexOf('.');
    if (point <= 0 || point == text.length() - 1) {
      throw new IllegalArgumentException(text + " is not a table name; write schema.table");
    }
    return new TableName(text.substring(0, point), text.substring(point + 1));
  }

  /** Reads a row that begins with schema and name. */
  public static TableName read(ResultSet row) throws SQLException {
    return new TableName(row.getString(1), row.getString(2));
  }

  /** For SQL: both parts quoted. */
  public String sql() {
    return SqlNames.qualified(schema, name);
  }

  /** In the same schema. */
  public TableName sibling(String other) {
    return new TableName(schema, other);
  }

  @Override
  public int compareTo(TableName other) {
    int bySchema = schema.compareTo(other.schema);
    return bySchema != 0 ? bySchema : name.compareTo(other.name);
  }

  /** For people. */
  @Override
  public String toString() {
    return schema + "." + name;
  }
}
