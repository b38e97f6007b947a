package io.sluice.core.feed;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The PostgreSQL types a feed can ask for (PostgreSQL manual, chapter 8). */
public enum SqlType {
  TEXT("text"),
  INTEGER("integer"),
  BIGINT("bigint"),
  DOUBLE("double precision"),
  NUMERIC("numeric"),
  BOOLEAN("boolean"),
  TIMESTAMPTZ("timestamptz"),
  TIMESTAMP("timestamp"),
  DATE("date"),
  INTERVAL("interval");

  private static final Map<String, SqlType> ALIASES =
      Map.of(
          "double", DOUBLE,
          "float8", DOUBLE,
          "int", INTEGER,
          "int4", INTEGER,
          "int8", BIGINT,
          "bool", BOOLEAN,
          "decimal", NUMERIC,
          "varchar", TEXT,
          "timestamp with time zone", TIMESTAMPTZ,
          "timestamp without time zone", TIMESTAMP);

  private final String sql;

  SqlType(String sql) {
    this.sql = sql;
  }

  /** The name in SQL, as in feeds. */
  public String sql() {
    return sql;
  }

  /** Reads the name or a usual alias of it; empty if it is another type. */
  public static Optional<SqlType> parse(String text) {
    String name = text.strip().toLowerCase(Locale.ROOT);
    for (SqlType type : values()) {
      if (type.sql.equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.ofNullable(ALIASES.get(name));
  }
}
