package io.sluice.pgtask.catalog;

import io.sluice.core.sql.SqlNames;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A table's schema and name, unquoted. */
public record TableName(String schema, String name) implements Comparable<TableName> {

  private static final String QUOTED = "\"(?:[^\"]|\"\")+\"";
  private static final Pattern TEXT =
      Pattern.compile("(" + QUOTED + "|[^\".]+)\\.(" + QUOTED + "|[^\"].*)", Pattern.DOTALL);

  /**
   * Reads {@code schema.table}; the first point ends the schema. Either may be in double quotes, as
   * in SQL.
   *
   * @throws IllegalArgumentException if it is something else; the message is for people
   */
  public static TableName parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text + " is not a table name; write schema.table");
    }
    return new TableName(unquoted(matcher.group(1)), unquoted(matcher.group(2)));
  }

  private static String unquoted(String part) {
    return part.startsWith("\"")
        ? part.substring(1, part.length() - 1).replace("\"\"", "\"")
        : part;
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

  /** For people, as tasks take it: quoted where a point or a quote would mislead. */
  @Override
  public String toString() {
    return written(schema) + "." + written(name);
  }

  private static String written(String part) {
    return part.indexOf('.') < 0 && part.indexOf('"') < 0 ? part : SqlNames.quote(part);
  }
}
