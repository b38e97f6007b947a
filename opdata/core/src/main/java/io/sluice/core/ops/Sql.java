package io.sluice.core.ops;

import io.sluice.core.ledger.FileIds;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Binds and reads what java.time and PostgreSQL call differently. */
final class Sql {

  /** Reads one row. */
  @FunctionalInterface
  interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private Sql() {}

  static <T> List<T> list(Connection connection, String sql, Reader<T> reader, Object... values)
      throws SQLException {
    try (PreparedStatement query = prepare(connection, sql, values);
        ResultSet rows = query.executeQuery()) {
      List<T> all = new ArrayList<>();
      while (rows.next()) {
        all.add(reader.read(rows));
      }
      return all;
    }
  }

  static int update(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, values)) {
      return statement.executeUpdate();
    }
  }

  private static PreparedStatement prepare(Connection connection, String sql, Object... values)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, bound(connection, values[i]));
    }
    return statement;
  }

  private static Object bound(Connection connection, Object value) throws SQLException {
    if (value instanceof Instant instant) {
      return instant.atOffset(ZoneOffset.UTC);
    }
    if (value instanceof Long[] longs) {
      return connection.createArrayOf("bigint", longs);
    }
    if (value instanceof String[] texts) {
      return connection.createArrayOf("text", texts);
    }
    if (value instanceof LocalDate[] days) {
      return connection.createArrayOf("date", days);
    }
    return value;
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  static Long nullableLong(ResultSet row, String column) throws SQLException {
    return row.getObject(column, Long.class);
  }

  static Long[] ids(Collection<Long> ids) {
    return ids.toArray(Long[]::new);
  }

  /** The partitions that hold these files. */
  static LocalDate[] days(Collection<Long> ids) {
    return ids.stream().map(FileIds::dayOf).distinct().toArray(LocalDate[]::new);
  }

  /** A glob ({@code *} any characters, {@code ?} one) as a pattern for LIKE. */
  static String like(String glob) {
    return glob.replace("\\", "\\\\")
        .replace("%", "\\%")
        .replace("_", "\\_")
        .replace('*', '%')
        .replace('?', '_');
  }

  static boolean isGlob(String text) {
    return text.indexOf('*') >= 0 || text.indexOf('?') >= 0;
  }
}
