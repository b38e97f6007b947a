package io.sluice.standalone;

import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
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
    List<Span> spans = new ArrayList<>();
    try (PreparedStatement query = connection.prepareStatement(SPANS)) {
      query.setString(1, table);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          spans.add(new Span(instant(row, 1), instant(row, 2)));
        }
      }
    }
    return new DemoPartitions(table, spans, count(connection, table));
  }

  private static Instant instant(ResultSet row, int column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  private static long count(Connection connection, String table) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from " + table)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Partitioned tables of a feed, quoted. */
  static List<String> tablesOfFeed(Connection connection, String feed) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (PreparedStatement query = connection.prepareStatement(TABLES)) {
      query.setString(1, feed);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          tables.add(SqlNames.qualified(row.getString(1), row.getString(2)));
        }
      }
    }
    return tables;
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
