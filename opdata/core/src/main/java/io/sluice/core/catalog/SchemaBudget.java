package io.sluice.core.catalog;

import io.sluice.core.fate.ParkTarget;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedTarget.SchemaLimits;
import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * New tables and columns of a feed and day (UTC), so that a device that invents a name every period
 * cannot flood the warehouse (D9). Columns of tables made the same day do not count: they come with
 * their table.
 */
final class SchemaBudget {

  private record Used(int tables, int columns, int moreTables, int moreColumns, boolean firstDay) {}

  private SchemaBudget() {}

  static void checkTables(Connection connection, Feed feed) throws SQLException {
    Used used = used(connection, feed);
    SchemaLimits limits = feed.target().limits();
    int limit = (used.firstDay ? limits.firstDayTables() : limits.tables()) + used.moreTables;
    check(feed, "tables", used.tables + 1, limit);
  }

  static void checkColumns(Connection connection, Feed feed, Target target, int more)
      throws SQLException {
    if (isNew(connection, target)) {
      return;
    }
    Used used = used(connection, feed);
    SchemaLimits limits = feed.target().limits();
    int limit = (used.firstDay ? limits.firstDayColumns() : limits.columns()) + used.moreColumns;
    check(feed, "columns", used.columns + more, limit);
  }

  private static void check(Feed feed, String what, int wanted, int limit) {
    if (wanted > limit) {
      throw new ParkTarget(
          "schema_limit",
          ("feed %s: %d new %s today, the limit is %d; if they are wanted, run:"
                  + " sluice schema approve %s --%s %d")
              .formatted(feed.name(), wanted, what, limit, feed.name(), what, wanted - limit),
          null);
    }
  }

  private static boolean isNew(Connection connection, Target target) throws SQLException {
    String sql =
        "select created_at >= date_trunc('day', now(), 'UTC') from sluice.target where id = ?";
    return Sql.first(connection, sql, row -> row.getBoolean(1), target.id()).orElse(false);
  }

  private static Used used(Connection connection, Feed feed) throws SQLException {
    String sql =
        """
        with today as (select date_trunc('day', now(), 'UTC') as t), f as (select ?::text as feed)
        select (select count(*) from sluice.target g, today, f where g.feed = f.feed and created_at >= t),
               (select count(*) from sluice.counter c join sluice.target g on g.id = c.target_id, today, f
                where c.feed = f.feed and c.created_at >= t and g.created_at < t),
               (select coalesce(sum(tables), 0) from sluice.schema_approval a, today, f
                where a.feed = f.feed and day = (t at time zone 'UTC')::date),
               (select coalesce(sum(columns), 0) from sluice.schema_approval a, today, f
                where a.feed = f.feed and day = (t at time zone 'UTC')::date),
               not exists (select from sluice.target g, today, f where g.feed = f.feed and created_at < t)
        """;
    return Sql.one(
        connection,
        sql,
        row ->
            new Used(row.getInt(1), row.getInt(2), row.getInt(3), row.getInt(4), row.getBoolean(5)),
        feed.name());
  }
}
