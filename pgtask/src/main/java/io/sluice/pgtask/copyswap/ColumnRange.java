package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.partition.Periods;
import io.sluice.pgtask.partition.TimeValues;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where the rows of a table lie.
 *
 * @param nulls rows without a value
 * @param first smallest finite value; empty if there is none
 * @param infinite whether some are infinite, or beyond what can be counted
 * @param strangers rows whose value is no time at all
 */
record ColumnRange(
    long nulls, Optional<Long> first, Optional<Long> last, boolean infinite, long strangers) {

  /** Reads the table, all of it unless an index of the column helps. */
  static ColumnRange take(
      Connection connection, SourceTable source, SourceColumn column, Periods periods)
      throws SQLException {
    long nulls =
        column.notNull()
            ? 0
            : Sql.number(
                connection,
                "select count(*) from only %s where %s is null"
                    .formatted(source.name().sql(), column.sql()));
    Optional<String> time = TimeValues.condition(periods, column.sql());
    if (time.isPresent()) {
      ColumnRange range = take(connection, source, column, periods, nulls, " where " + time.get());
      return new ColumnRange(
          nulls,
          range.first,
          range.last,
          range.infinite,
          strangers(connection, "only " + source.name().sql(), column, periods));
    }
    ColumnRange range = take(connection, source, column, periods, nulls, "");
    return range.infinite && periods.type().isTime()
        ? take(connection, source, column, periods, nulls, " where isfinite(" + column.sql() + ")")
            .withInfinite()
        : range;
  }

  private ColumnRange withInfinite() {
    return new ColumnRange(nulls, first, last, true, strangers);
  }

  /**
   * Rows whose value is no time.
   *
   * @param from what follows FROM
   */
  static long strangers(Connection connection, String from, SourceColumn column, Periods periods)
      throws SQLException {
    Optional<String> time = TimeValues.condition(periods, column.sql());
    return time.isEmpty()
        ? 0
        : Sql.number(
            connection,
            "select count(*) filter (where not (%s)) from %s".formatted(time.get(), from));
  }

  /** Those that lie in some of these partitions all the same. */
  static long strangersIn(
      Connection connection,
      SourceTable source,
      SourceColumn column,
      Periods periods,
      List<Bounds> partitions)
      throws SQLException {
    String inside =
        partitions.stream()
            .map(
                bounds ->
                    "%1$s >= %2$s and %1$s < %3$s"
                        .formatted(column.sql(), bounds.lower(), bounds.upper()))
            .collect(Collectors.joining(" or "));
    return strangers(
        connection, "only %s where %s".formatted(source.name().sql(), inside), column, periods);
  }

  private static ColumnRange take(
      Connection connection,
      SourceTable source,
      SourceColumn column,
      Periods periods,
      long nulls,
      String where)
      throws SQLException {
    String sql =
        "select %s, %s from only %s%s"
            .formatted(
                TimeValues.extreme(periods, "min", column.sql()),
                TimeValues.extreme(periods, "max", column.sql()),
                source.name().sql(),
                where);
    return Sql.one(connection, sql, row -> of(row, periods.type(), nulls));
  }

  private static ColumnRange of(ResultSet row, KeyType type, long nulls) throws SQLException {
    Optional<Long> first = finite(type, row.getString(1));
    Optional<Long> last = finite(type, row.getString(2));
    boolean odd = row.getString(1) != null && (first.isEmpty() || last.isEmpty());
    return new ColumnRange(nulls, first, last, odd, 0);
  }

  private static Optional<Long> finite(KeyType type, String text) {
    return Optional.ofNullable(text)
        .flatMap(type::parse)
        .filter(value -> value > KeyType.MIN + 1 && value != KeyType.MAX);
  }

  /** Rows before or after a range, infinite ones among them. */
  static long outside(
      Connection connection,
      SourceTable source,
      SourceColumn column,
      Periods periods,
      long from,
      long to)
      throws SQLException {
    return Sql.number(
        connection,
        "select count(*) from only %1$s where %2$s < %3$s or %2$s >= %4$s"
            .formatted(
                source.name().sql(), column.sql(), periods.literal(from), periods.literal(to)));
  }
}
