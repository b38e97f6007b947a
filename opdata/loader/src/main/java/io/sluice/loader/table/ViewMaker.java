package io.sluice.loader.table;

import io.sluice.core.catalog.Dimensions.Kind;
import io.sluice.core.catalog.SchemaDdl;
import io.sluice.core.feed.FeedTarget.Grants;
import io.sluice.core.feed.Layout;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The view of a target: its tables joined, element, object and counter by name. New columns come
 * last, so that CREATE OR REPLACE takes them. Runs inside {@link Ddl#change}.
 */
final class ViewMaker {

  private static final Logger LOG = LoggerFactory.getLogger(ViewMaker.class);

  /** A view has at most 1,600 columns, as a table; see PostgreSQL's appendix "Limits". */
  private static final int MAX_COLUMNS = 1_600 - 12;

  private final List<TargetTable> parts;
  private final TargetTable first;

  /**
   * @param parts of one target, all made
   */
  ViewMaker(List<TargetTable> parts) {
    this.parts = parts;
    this.first = parts.stream().filter(TargetTable::isFirst).findFirst().orElseThrow();
  }

  Void make(Connection connection, Grants grants) throws SQLException {
    String name = first.view();
    boolean there = SchemaDdl.tableExists(connection, first.schema(), name);
    String view = SqlNames.qualified(first.schema(), name);
    Savepoint before = connection.setSavepoint();
    try {
      Sql.execute(connection, "create or replace view " + view + " as " + select());
    } catch (SQLException e) {
      if (!there) {
        throw e;
      }
      connection.rollback(before);
      LOG.info("view {} is recreated, since it cannot be replaced: {}", view, e.getMessage());
      Sql.execute(connection, "drop view " + view);
      Sql.execute(connection, "create view " + view + " as " + select());
      there = false;
    }
    if (!there) {
      SchemaDdl.grant(connection, first.schema(), name, grants);
    }
    return null;
  }

  private String select() {
    boolean tall = first.layout() == Layout.TALL;
    StringBuilder sql =
        new StringBuilder("select p.end_time, p.granularity, e.name as element, o.name as object");
    sql.append(
        tall ? ", c.name as counter, p.value, p.numeric_value, p.vector, p.numeric_vector" : "");
    sql.append(", p.suspect, p._file, p._version");
    counters(sql);
    sql.append(" from ").append(first.qualified()).append(" p");
    for (TargetTable part : parts) {
      if (!part.isFirst()) {
        join(sql, part);
      }
    }
    dimension(sql, Kind.ELEMENT, "e", "element");
    dimension(sql, Kind.OBJECT, "o", "object");
    if (tall) {
      dimension(sql, Kind.COUNTER, "c", "counter");
    }
    return sql.toString();
  }

  private record Shown(String alias, String column, int ordinal) {}

  private void counters(StringBuilder sql) {
    List<Shown> shown = new ArrayList<>();
    for (TargetTable part : parts) {
      part.counters()
          .values()
          .forEach(c -> shown.add(new Shown(alias(part), c.column().name(), c.ordinal())));
    }
    shown.sort(Comparator.comparingInt(Shown::ordinal));
    if (shown.size() > MAX_COLUMNS) {
      LOG.warn(
          "view {} shows {} of {} columns, a view can have no more; the others are in the tables",
          first.view(),
          MAX_COLUMNS,
          shown.size());
    }
    shown.stream()
        .limit(MAX_COLUMNS)
        .forEach(
            s -> sql.append(", ").append(s.alias).append('.').append(SqlNames.quote(s.column)));
  }

  private String alias(TargetTable part) {
    return part.isFirst() ? "p" : "p" + part.id();
  }

  /**
   * Appended rows of one key may come from several files; merged ones may have parts of several.
   */
  private void join(StringBuilder sql, TargetTable part) {
    String alias = alias(part);
    sql.append(" left join ").append(part.qualified()).append(' ').append(alias).append(" on ");
    for (String key : new String[] {"end_time", "granularity", "element", "object"}) {
      sql.append(alias).append('.').append(key).append(" = p.").append(key).append(" and ");
    }
    sql.append(first.merge() ? "true" : alias + "._file = p._file");
  }

  private void dimension(StringBuilder sql, Kind kind, String alias, String column) {
    String table = SqlNames.qualified(first.schema(), kind.table());
    sql.append(" left join %s %s on %s.id = p.%s".formatted(table, alias, alias, column));
  }
}
