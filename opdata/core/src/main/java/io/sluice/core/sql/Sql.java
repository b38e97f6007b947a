package io.sluice.core.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Runs one statement with its values bound in the order of its question marks.
 *
 * <p>Beside what the driver itself binds: an {@link Instant} becomes a timestamptz, a {@link
 * Duration} its seconds as double precision (for {@code make_interval(secs => ?)}), an {@link
 * Optional} its value or NULL, a {@code byte[]} a bytea, and any other array or an {@link Items} an
 * array of PostgreSQL.
 */
public final class Sql {

  /** Reads one row. */
  @FunctionalInterface
  public interface RowMapper<T> {
    T map(ResultSet row) throws SQLException;
  }

  /** A whole collection bound as one array: {@code = any (?)}, {@code unnest(?::bigint[])}. */
  public static final class Items {
    private final String type;
    private final Object[] values;

    private Items(String type, Object[] values) {
      this.type = type;
      this.values = values;
    }
  }

  /** The driver's names of the element types of Java arrays. */
  private static final Map<Class<?>, String> ARRAY_TYPES =
      Map.of(
          Long.class, "bigint",
          Integer.class, "int",
          String.class, "text",
          Boolean.class, "boolean",
          Double.class, "float8",
          UUID.class, "uuid",
          java.time.LocalDate.class, "date");

  private Sql() {}

  /** All rows of a query. */
  public static <T> List<T> list(
      Connection connection, String sql, RowMapper<T> mapper, Object... values)
      throws SQLException {
    try (PreparedStatement query = prepare(connection, sql, values);
        ResultSet rows = query.executeQuery()) {
      List<T> all = new ArrayList<>();
      while (rows.next()) {
        all.add(mapper.map(rows));
      }
      return all;
    }
  }

  /** The first row of a query; empty if there is none, or if the mapper makes null of it. */
  public static <T> Optional<T> first(
      Connection connection, String sql, RowMapper<T> mapper, Object... values)
      throws SQLException {
    try (PreparedStatement query = prepare(connection, sql, values);
        ResultSet rows = query.executeQuery()) {
      return rows.next() ? Optional.ofNullable(mapper.map(rows)) : Optional.empty();
    }
  }

  /**
   * The row of a query that always has one, such as an aggregate.
   *
   * @return what the mapper makes of it, which may be null
   * @throws SQLException when it has none
   */
  public static <T> T one(Connection connection, String sql, RowMapper<T> mapper, Object... values)
      throws SQLException {
    try (PreparedStatement query = prepare(connection, sql, values);
        ResultSet rows = query.executeQuery()) {
      if (!rows.next()) {
        throw new SQLException("no row where one was expected: " + sql, "02000");
      }
      return mapper.map(rows);
    }
  }

  /** A value for each key, in the order of the rows; of equal keys the last counts. */
  public static <K, V> Map<K, V> map(
      Connection connection, String sql, RowMapper<K> key, RowMapper<V> value, Object... values)
      throws SQLException {
    try (PreparedStatement query = prepare(connection, sql, values);
        ResultSet rows = query.executeQuery()) {
      Map<K, V> all = new LinkedHashMap<>();
      while (rows.next()) {
        all.put(key.map(rows), value.map(rows));
      }
      return all;
    }
  }

  /** The first column of all rows as text, NULL as null. */
  public static List<String> strings(Connection connection, String sql, Object... values)
      throws SQLException {
    return list(connection, sql, row -> row.getString(1), values);
  }

  /**
   * The whole number of a query that always has one, such as a count; NULL is 0.
   *
   * @throws SQLException when it has no row
   */
  public static long number(Connection connection, String sql, Object... values)
      throws SQLException {
    return one(connection, sql, row -> row.getLong(1), values);
  }

  /**
   * What a query that asks yes or no answers; NULL is no. For whether there are rows, see {@link
   * #exists}.
   *
   * @throws SQLException when it has no row
   */
  public static boolean isTrue(Connection connection, String sql, Object... values)
      throws SQLException {
    return one(connection, sql, row -> row.getBoolean(1), values);
  }

  /** Whether a query has a row. */
  public static boolean exists(Connection connection, String sql, Object... values)
      throws SQLException {
    return first(connection, sql, row -> true, values).isPresent();
  }

  /** Runs a statement that changes rows; returns how many. */
  public static int update(Connection connection, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, values)) {
      return statement.executeUpdate();
    }
  }

  /** Runs one or several statements without values: DDL, SET, LOCK. */
  public static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The same, one after the other. */
  public static void execute(Connection connection, Collection<String> statements)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** For what the methods above do not serve, such as rows that are streamed; the caller closes. */
  public static PreparedStatement prepare(Connection connection, String sql, Object... values)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, bound(connection, values[i]));
      }
      return statement;
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
  }

  private static Object bound(Connection connection, Object value) throws SQLException {
    if (value instanceof Optional<?> optional) {
      return bound(connection, optional.orElse(null));
    }
    if (value instanceof Instant instant) {
      return instant.atOffset(ZoneOffset.UTC);
    }
    if (value instanceof Duration duration) {
      return duration.toMillis() / 1000.0;
    }
    if (value instanceof Items items) {
      return connection.createArrayOf(items.type, items.values);
    }
    if (value instanceof Object[] items) {
      return connection.createArrayOf(ARRAY_TYPES.get(items.getClass().componentType()), items);
    }
    return value;
  }

  /** Binds a value of each item as an array of the type, as PostgreSQL calls it. */
  public static <T> Items array(String type, Collection<T> items, Function<T, ?> value) {
    return new Items(type, items.stream().map(value).map(Sql::element).toArray());
  }

  /** Ids as {@code bigint[]}. */
  public static Items longs(Collection<Long> ids) {
    return new Items("bigint", ids.toArray());
  }

  /** Numbers as {@code int[]}. */
  public static Items ints(Collection<Integer> numbers) {
    return new Items("int", numbers.toArray());
  }

  /** Texts as {@code text[]}. */
  public static Items texts(Collection<String> texts) {
    return new Items("text", texts.toArray());
  }

  /** The driver writes elements as text. */
  private static Object element(Object value) {
    if (value instanceof Optional<?> optional) {
      return element(optional.orElse(null));
    }
    if (value instanceof byte[] bytes) {
      return "\\x" + HexFormat.of().formatHex(bytes);
    }
    return value instanceof Instant instant ? instant.atOffset(ZoneOffset.UTC).toString() : value;
  }

  /** A timestamptz, or null. */
  public static Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  /** A timestamptz by its position from 1, or null. */
  public static Instant instant(ResultSet row, int column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  /** The elements of an array; none where it is NULL. */
  @SuppressWarnings("unchecked")
  public static <T> List<T> elements(ResultSet row, String column) throws SQLException {
    java.sql.Array array = row.getArray(column);
    return array == null ? List.of() : List.of((T[]) array.getArray());
  }
}
