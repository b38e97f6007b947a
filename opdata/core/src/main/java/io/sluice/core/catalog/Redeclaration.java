package io.sluice.core.catalog;

import io.sluice.core.fate.ParkTarget;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.Layout;
import io.sluice.core.ledger.Epoch;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What becomes of a target whose feed declares something else than it is registered as. Without
 * rows it is forgotten and registered anew. With rows, mode, key and the time of a table without
 * partitions are taken over, and the loader makes its indexes so; all else would make rows
 * something they are not, and is refused.
 */
final class Redeclaration {

  /** Lock timeout; other objects depend on it. */
  private static final Set<String> IN_USE = Set.of("55P03", "2BP01");

  private static final String LOCK_TIMEOUT = "set local lock_timeout = '2s'";

  private static final String TABLES =
      """
      select t.table_name, t.made from sluice.target_table t
      where t.target_id = ? and to_regclass(format('%I.%I', ?::text, t.table_name)) is not null order by t.id
      """;

  private record Table(String qualified, boolean made) {}

  private final Connection connection;
  private final RegisteredTarget registered;
  private final Feed feed;
  private final Declaration declared;
  private final List<Table> tables;

  private Redeclaration(
      Connection connection, RegisteredTarget registered, Feed feed, Declaration declared)
      throws SQLException {
    this.connection = connection;
    this.registered = registered;
    this.feed = feed;
    this.declared = declared;
    Target target = registered.target();
    this.tables =
        Sql.list(
            connection,
            TABLES,
            row ->
                new Table(SqlNames.qualified(target.schema(), row.getString(1)), row.getBoolean(2)),
            target.id(),
            target.schema());
  }

  /**
   * Brings a target in line with a declaration.
   *
   * @return false when it is not registered any more
   * @throws ParkTarget {@code target_changed} when that cannot be done
   */
  static boolean keeps(
      Connection connection, RegisteredTarget registered, Feed feed, Declaration declared)
      throws SQLException {
    if (registered.agrees(declared) && registered.hasTypesOf(connection, feed)) {
      return true;
    }
    if (!registered.feed().equals(feed.name())) {
      throw refused(
          feed,
          "target.table",
          "%s of feed %s is registered as %s, and feed %s declares %s; declare both alike or name another table in target.table; if %s is the new name of %s, say formerly: %s"
              .formatted(
                  display(registered),
                  registered.feed(),
                  text(registered.as()),
                  feed.name(),
                  text(declared),
                  feed.name(),
                  registered.feed(),
                  registered.feed()));
    }
    return new Redeclaration(connection, registered, feed, declared).keeps();
  }

  private boolean keeps() throws SQLException {
    try {
      boolean fits = registered.hasShapeOf(declared);
      if (!(fits && registered.made()) && !hasRows()) {
        forget();
        return false;
      }
      checkShape(fits);
      checkParts();
      takeOver();
      return true;
    } catch (SQLException e) {
      if (IN_USE.contains(e.getSQLState())) {
        throw refused(
            feed,
            "target",
            "%s cannot be changed to %s now: %s"
                .formatted(display(registered), text(declared), e.getMessage()));
      }
      throw e;
    }
  }

  private boolean hasRows() throws SQLException {
    for (Table table : tables) {
      if (Sql.exists(connection, "select from " + table.qualified + " limit 1")) {
        return true;
      }
    }
    return false;
  }

  /** Drops what Sluice made; a table of the user's stays, to be taken as it is. */
  private void forget() throws SQLException {
    Sql.execute(connection, LOCK_TIMEOUT);
    List<String> made = tables.stream().filter(Table::made).map(Table::qualified).toList();
    if (!made.isEmpty()) {
      Sql.execute(
          connection, "lock table " + String.join(", ", made) + " in access exclusive mode");
      if (hasRows()) {
        throw new SQLException("rows were loaded meanwhile; it is tried again by itself", "55P03");
      }
      if (!registered.as().layout().equals(Layout.ROWS.id())) {
        Target target = registered.target();
        Sql.execute(
            connection,
            "drop view if exists " + SqlNames.qualified(target.schema(), target.view()));
      }
      Sql.execute(connection, "drop table " + String.join(", ", made));
    }
    int id = registered.target().id();
    Sql.update(
        connection,
        "delete from sluice.mark where table_id in (select id from sluice.target_table where target_id = ?)",
        id);
    Sql.update(connection, "delete from sluice.counter where target_id = ?", id);
    Sql.update(connection, "delete from sluice.target_table where target_id = ?", id);
    Sql.update(connection, "delete from sluice.target where id = ?", id);
    Epoch.raise(connection);
  }

  private void checkShape(boolean fits) {
    if (fits) {
      return;
    }
    Declaration as = registered.as();
    if (!as.layout().equals(declared.layout())) {
      throw refusedRows("layout", declared.layout(), "has layout " + as.layout());
    }
    if (as.partitioned() != declared.partitioned()) {
      String by = feed.target().partition().by().name().toLowerCase(java.util.Locale.ROOT);
      throw refusedRows(
          "partition.by", by, as.partitioned() ? "is partitioned by time" : "is not partitioned");
    }
    throw refusedRows(
        "time",
        declared.time().orElse("not given"),
        "is partitioned by " + as.time().orElse("no time"));
  }

  private ParkTarget refusedRows(String property, String value, String is) {
    return refused(
        feed,
        "target." + property,
        "target.%s is %s, but %s %s and holds rows; set it back, or name another table in target.table: the rows stay where they are"
            .formatted(property, value, display(registered), is));
  }

  /** Merged rows of several tables belong together by key, appended ones by key and file. */
  private void checkParts() throws SQLException {
    if (tables.size() > 1 && registered.as().merges() && !declared.merges() && hasRows()) {
      throw refused(
          feed,
          "target.mode",
          "target.mode is append, but %s is cut into %d tables, whose rows were merged and belong together by key alone; set it back, or name another table in target.table: the rows stay where they are"
              .formatted(display(registered), tables.size()));
    }
  }

  private void takeOver() throws SQLException {
    String time = registered.as().time().orElse(null);
    if (registered.made() && !Objects.equals(time, declared.time().orElse(null)) && time != null) {
      Sql.execute(connection, LOCK_TIMEOUT);
      String table = SqlNames.qualified(registered.target().schema(), registered.target().name());
      Sql.execute(
          connection,
          "alter table %s alter column %s drop not null".formatted(table, SqlNames.quote(time)));
    }
    Sql.update(
        connection,
        "update sluice.target set mode = ?, time_column = ?, key_columns = ? where id = ?",
        declared.mode(),
        declared.time(),
        Sql.texts(declared.key()),
        registered.target().id());
    Epoch.raise(connection);
  }

  private static ParkTarget refused(Feed feed, String property, String what) {
    return new ParkTarget("target_changed", feed.at(property) + what, null);
  }

  private static String display(RegisteredTarget registered) {
    return registered.target().schema() + "." + registered.target().name();
  }

  private static String text(Declaration declaration) {
    return "layout %s, mode %s%s, time %s%s"
        .formatted(
            declaration.layout(),
            declaration.mode(),
            declaration.merges() ? " by " + String.join(", ", declaration.key()) : "",
            declaration.time().orElse("none"),
            declaration.partitioned() ? ", partitioned" : "");
  }
}
