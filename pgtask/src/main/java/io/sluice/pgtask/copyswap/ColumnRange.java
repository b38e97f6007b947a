package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.partition.Periods;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Where the rows of a table lie.
 *
 * @param nulls rows without a value
 * @param first smallest finite value; empty if there is none
 * @param infinite whether some are infinite, or beyond what can be counted
 */
record ColumnRange(long nulls, Optional<Long> first, Optional<Long> last, boolean infinite) {

  /** An aggregate as text that {@link KeyType#parse} reads. */
  static String text(String aggregate, SourceColumn column) {
    String value = column.type().equals("numeric") ? "floor(" + column.sql() + ")" : column.sql();
    return aggregate + "(" + value + ")::text";
  }

  /** Reads the table, all of it unless an index of the column helps. */
  static ColumnRange take(
      Connection connection, SourceTable source, SourceColumn column, KeyType type)
      throws SQLException {
    long nulls =
        column.notNull()
            ? 0
            : Sql.number(
                connection,
                "select count(*) from only %s where %s is null"
                    .formatted(source.name().sql(), column.sql()));
    ColumnRange range = take(connection, source, column, type, nulls, "");
    return range.infinite && type.isTime()
        ? take(connection, source, column, type, nulls, " where isfinite(" + column.sql() + ")")
            .withInfinite()
        : range;
  }

  private ColumnRange withInfinite() {
    return new ColumnRange(nulls, first, last, true);
  }

  private static ColumnRange take(
      Connection connection,
      SourceTable source,
      SourceColumn column,
      KeyType type,
      long nulls,
      String where)
      throws SQLException {
    String sql =
        "select %s, %s from only %s%s"
            .formatted(text("min", column), text("max", column), source.name().sql(), where);
    return Sql.one(connection, sql, row -> of(row, type, nulls));
  }

  private static ColumnRange of(ResultSet row, KeyType type, long nulls) throws SQLException {
    Optional<Long> first = finite(type, row.getString(1));
    Optional<Long> last = finite(type, row.getString(2));
    boolean odd = row.getString(1) != null && (first.isEmpty() || last.isEmpty());
    return new ColumnRange(nulls, first, last, odd);
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
                source.name().sql(),
                column.sql(),
                periods.type().literal(from),
                periods.type().literal(to)));
  }
}
