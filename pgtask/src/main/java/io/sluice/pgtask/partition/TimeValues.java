package io.sluice.pgtask.partition;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.task.TextTime;
import io.sluice.pgtask.task.TimeEncoding;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Values of a uuid or text column among which there may be some that hold no time: a random UUID
 * lies in some period like any other, and must not decide which partitions there are.
 */
public final class TimeValues {

  /** The column's collation, and whether partitions go by it and by the type's own order. */
  private static final String ORDER =
      """
      select quote_ident(n.nspname) || '.' || quote_ident(co.collname),
             coalesce(p.partcollation[0] = a.attcollation and oc.opcdefault, true)
      from pg_attribute a
      join pg_collation co on co.oid = a.attcollation
      join pg_namespace n on n.oid = co.collnamespace
      left join pg_partitioned_table p on p.partrelid = a.attrelid
      left join pg_opclass oc on oc.oid = p.partclass[0]
      where a.attrelid = ?::oid and a.attname = ?
      """;

  private record Order(String collation, boolean own) {}

  private TimeValues() {}

  /**
   * The condition for a value to hold a time; empty if all do.
   *
   * @param key quoted
   */
  public static Optional<String> condition(Periods periods, String key) {
    TimeEncoding encoding = periods.encoding().orElse(null);
    if (encoding instanceof TimeEncoding.Uuid7) {
      return Optional.of(
          "substr(%1$s::text, 15, 1) = '7' and substr(%1$s::text, 20, 1) in ('8', '9', 'a', 'b')"
              .formatted(key));
    }
    return encoding instanceof TextTime text
        ? Optional.of(
            "%s::text collate pg_catalog.\"C\" ~ %s".formatted(key, SqlNames.literal(text.regex())))
        : Optional.empty();
  }

  /** What values without a time are, for people. */
  public static String strangers(Periods periods) {
    return periods.encoding().orElse(null) instanceof TextTime text
        ? "not written as " + text.pattern()
        : "no UUID of version 7";
  }

  /** The smallest or largest as text that {@link Periods#type} reads: of a UUID its time alone. */
  public static String extreme(Periods periods, String aggregate, String key) {
    return switch (periods.type()) {
      case NUMERIC -> "%s(floor(%s))::text".formatted(aggregate, key);
      case UUID ->
          text(periods, aggregate, "substr(%s::text, 1, 13)".formatted(key))
              + " || '-0000-0000-000000000000'";
      default -> text(periods, aggregate, key);
    };
  }

  /** The smallest or largest, for people: PostgreSQL has no min() of UUIDs. */
  static String text(Periods periods, String aggregate, String key) {
    return periods.type() == KeyType.UUID || periods.type().isText()
        ? "%s(%s::text collate pg_catalog.\"C\")".formatted(aggregate, key)
        : "%s(%s)::text".formatted(aggregate, key);
  }

  /**
   * Why a text column's order is not that of its times; empty if it is, or if the column is none.
   * The server itself compares: a digit must outweigh all that follow it, under the column's
   * collation, which may be one of the user's own rules. See
   * https://www.postgresql.org/docs/current/collation.html
   */
  public static Optional<String> wrongOrder(
      Connection connection, Periods periods, long table, String column) throws SQLException {
    if (!(periods.encoding().orElse(null) instanceof TextTime text)) {
      return Optional.empty();
    }
    Order order =
        Sql.one(
            connection,
            ORDER,
            row -> new Order(row.getString(1), row.getBoolean(2)),
            table,
            column);
    if (!order.own) {
      return Optional.of(
          "its partitions go by another collation or operator class than column \"%s\" has; repartition it by the column as it is"
              .formatted(column));
    }
    return Sql.isTrue(connection, ascends(text.zeros(), order.collation))
        ? Optional.empty()
        : Optional.of(
            "under collation %s of column \"%s\", texts such as %s are not in the order of their times; give it collation \"C\""
                .formatted(order.collation, column, text.zeros()));
  }

  private static String ascends(String zeros, String collation) {
    List<String> pairs = new ArrayList<>();
    for (int at = 0; at < zeros.length(); at++) {
      String rest = zeros.substring(at + 1);
      for (char digit = '0'; zeros.charAt(at) == '0' && digit < '9'; digit++) {
        String before = zeros.substring(0, at);
        pairs.add(
            "(%s, %s)"
                .formatted(
                    SqlNames.literal(before + digit + rest.replace('0', '9')),
                    SqlNames.literal(before + (char) (digit + 1) + rest)));
      }
    }
    return "select bool_and(a collate %1$s < b collate %1$s) from (values %2$s) as pairs (a, b)"
        .formatted(collation, pairs.stream().collect(Collectors.joining(", ")));
  }
}
