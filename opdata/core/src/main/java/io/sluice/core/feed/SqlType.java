package io.sluice.core.feed;

import java.util.Locale;
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

  private final String sql;

  SqlType(String sql) {
    this.sql = sql;
  }

  /** The name in SQL, as in feeds. */
  public String sql() {
    return sql;
  }

  /** Whether it can hold the value of a counter. */
  boolean counts() {
    return this == TEXT || this == INTEGER || this == BIGINT || this == DOUBLE || this == NUMERIC;
  }

  /** Whether it is a date or a point in time. */
  public boolean temporal() {
    return this == TIMESTAMPTZ || this == TIMESTAMP || this == DATE;
  }

  /** Reads the name; empty if it is another type. */
  public static Optional<SqlType> parse(String text) {
    String name = text.strip().toLowerCase(Locale.ROOT);
    for (SqlType type : values()) {
      if (type.sql.equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
