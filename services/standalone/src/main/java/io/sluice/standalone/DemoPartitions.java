package io.sluice.standalone;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * The partitions of one table, as PostgreSQL's own catalogue has them.
 *
 * @param rows of the table when it was looked at
 */
record DemoPartitions(String table, List<Span> spans, long rows) {

  private static final String SPANS =
      """
      select bound[1]::timestamptz, bound[2]::timestamptz
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      cross join regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''([^'']+)''\\) TO \\(''([^'']+)''\\)')
        as bound
      where i.inhparent = ?::regclass and not i.inhdetachpending
      """;
  private static final String TABLES =
      """
      select t.schema_name, tt.table_name
      from sluice.target t join sluice.target_table tt on tt.target_id = t.id
      join pg_class c on c.oid = to_regclass(format('%I.%I', t.schema_name, tt.table_name))
      where t.feed = ? and c.relkind = 'p' order by 1, 2
      """;

  /** From, and before. */
  record Span(Instant from, Instant to) {}

  static DemoPartitions of(Connection connection, String table) throws SQLException {
    List<Span> spans =
        Sql.list(
            connection, SPANS, row -> new Span(Sql.instant(row, 1), Sql.instant(row, 2)), table);
    return new DemoPartitions(
        table, spans, Sql.number(connection, "select count(*) from " + table));
  }

  /** Partitioned tables of a feed, quoted. */
  static List<String> tablesOfFeed(Connection connection, String feed) throws SQLException {
    return Sql.list(
        connection, TABLES, row -> SqlNames.qualified(row.getString(1), row.getString(2)), feed);
  }

  int size() {
    return spans.size();
  }

  long endedBefore(Instant time) {
    return spans.stream().filter(span -> !span.to().isAfter(time)).count();
  }

  boolean reachTo(Instant time) {
    return spans.stream().anyMatch(s -> !s.from().isAfter(time) && s.to().isAfter(time));
  }
}
