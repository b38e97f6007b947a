package io.sluice.core.sql;

import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Quoting of identifiers and strings; see
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html.
 */
public final class SqlNames {

  private SqlNames() {}

  public static String quote(String identifier) {
    if (identifier.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("an identifier cannot contain the character NUL");
    }
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  /** A string constant, for the places where a statement cannot have a parameter. */
  public static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** Quoted identifiers, separated by commas. */
  public static String list(Collection<String> identifiers) {
    return identifiers.stream().map(SqlNames::quote).collect(Collectors.joining(", "));
  }

  public static String qualified(String schema, String name) {
    return quote(schema) + "." + quote(name);
  }
}
