package io.sluice.loader.table;

import io.sluice.core.catalog.RowColumns;
import io.sluice.core.catalog.SchemaDdl;
import io.sluice.core.catalog.TargetStorage;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.PgType;
import io.sluice.core.chunk.Segment;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedTarget.Grants;
import io.sluice.core.feed.FeedTarget.Partitioning.By;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes a table, or adds the columns it lacks (D8). Runs inside {@link Ddl#change}. */
final class TableMaker {

  private static final String UNIQUE_VIOLATION = "23505";

  static final Grants NO_GRANTS = new Grants(Optional.empty(), Optional.empty(), List.of());

  /** What a table is after a change, and whether there was one. */
  record Made(TableShape shape, boolean changed, boolean bySluice) {}

  private final TargetTable table;
  private final Optional<Feed> feed;
  private final List<String> mergeKey;
  private final Map<String, Column> wanted = new LinkedHashMap<>();

  /**
   * @param mergeKey columns that tell rows apart; empty in append mode
   */
  TableMaker(TargetTable table, Optional<Feed> feed, Set<Column> columns, List<String> mergeKey) {
    this.table = table;
    this.feed = feed;
    this.mergeKey = mergeKey;
    RowColumns.before(table.layout()).forEach(this::want);
    columns.forEach(this::want);
    table.counters().values().forEach(c -> want(c.column()));
    RowColumns.after(table.layout()).forEach(this::want);
  }

  private void want(Column column) {
    wanted.putIfAbsent(column.name(), column);
  }

  Made make(Connection connection) throws SQLException {
    Optional<TableShape> found = TableShape.read(connection, table.schema(), table.name());
    if (found.isEmpty()) {
      create(connection);
      return new Made(shape(connection), true, true);
    }
    boolean added = addMissing(connection, found.get());
    boolean changed = alignIndex(connection) || added;
    return new Made(changed ? shape(connection) : found.get(), changed, table.made());
  }

  private TableShape shape(Connection connection) throws SQLException {
    return TableShape.read(connection, table.schema(), table.name()).orElseThrow();
  }

  private void create(Connection connection) throws SQLException {
    boolean partitioned = partitioned();
    String columns =
        wanted.values().stream().map(this::definition).collect(Collectors.joining(", "));
    String by =
        partitioned
            ? " partition by range (" + SqlNames.quote(table.timeColumn().orElseThrow()) + ")"
            : TargetStorage.clause(!mergeKey.isEmpty());
    Sql.execute(connection, "create table " + table.qualified() + " (" + columns + ")" + by);
    indexes(connection);
    SchemaDdl.grant(connection, table.schema(), table.name(), grants());
    Sql.update(connection, "update sluice.target_table set made = true where id = ?", table.id());
  }

  private boolean partitioned() {
    return table.timeColumn().isPresent()
        && feed.map(f -> f.target().partition().by() != By.NONE).orElse(false);
  }

  private Grants grants() {
    return feed.map(f -> f.target().grants()).orElse(NO_GRANTS);
  }

  private String definition(Column column) {
    return SqlNames.quote(column.name())
        + " "
        + column.type().sql()
        + (isRequired(column.name()) ? " not null" : "");
  }

  private boolean isRequired(String column) {
    return mergeKey.contains(column)
        || table.timeColumn().equals(Optional.of(column))
        || RowColumns.ORIGIN.stream().anyMatch(c -> c.name().equals(column));
  }

  private void indexes(Connection connection) throws SQLException {
    Sql.execute(
        connection,
        "create index on "
            + table.qualified()
            + " using brin (\"_file\") with (autosummarize = on)");
    alignIndex(connection);
  }

  /**
   * Merging needs one unique index on exactly the key, and none that Sluice made for another key or
   * for merging before may be left; so NULLs that were not allowed in it are.
   */
  private boolean alignIndex(Connection connection) throws SQLException {
    List<String> before =
        Sql.one(
            connection,
            "select unique_key from sluice.target_table where id = ?",
            row -> Sql.elements(row, "unique_key"),
            table.id());
    boolean lacks = !mergeKey.isEmpty() && uniqueIndex(connection, mergeKey).isEmpty();
    boolean obsolete = !before.isEmpty() && !Set.copyOf(before).equals(Set.copyOf(mergeKey));
    if (lacks) {
      createUnique(connection);
    }
    if (obsolete) {
      dropUnique(connection, before);
    }
    if (lacks || obsolete) {
      Sql.update(
          connection,
          "update sluice.target_table set unique_key = ? where id = ?",
          Sql.texts(lacks ? mergeKey : List.of()),
          table.id());
    }
    return lacks || obsolete;
  }

  private Optional<String> uniqueIndex(Connection connection, List<String> key)
      throws SQLException {
    String sql =
        """
        select x.indexrelid::regclass::text from pg_index x
        where x.indrelid = ?::regclass and x.indisunique and x.indisvalid and x.indimmediate
          and x.indpred is null and x.indexprs is null
          and (select array_agg(a.attname::text order by a.attname::text) from pg_attribute a
               where a.attrelid = x.indrelid and a.attnum = any (x.indkey))
            = (select array_agg(n order by n) from unnest(?::text[]) n)
        """;
    return Sql.first(connection, sql, row -> row.getString(1), table.qualified(), Sql.texts(key));
  }

  private void createUnique(Connection connection) throws SQLException {
    String key = SqlNames.list(mergeKey);
    try {
      Sql.execute(connection, "create unique index on %s (%s)".formatted(table.qualified(), key));
    } catch (SQLException e) {
      if (!UNIQUE_VIOLATION.equals(e.getSQLState())) {
        throw e;
      }
      throw new RefusedTarget(
          Set.of(table.id()),
          "double_keys",
          "%starget.mode is merge, but %s holds rows of the same target.key; find them with: select %s, count(*) from %s group by %s having count(*) > 1; delete all but one of each, or declare a key that tells them apart, or mode: append"
              .formatted(
                  feed.map(f -> f.at("target.mode")).orElse(""),
                  table.display(),
                  key,
                  table.qualified(),
                  key),
          e);
    }
  }

  private void dropUnique(Connection connection, List<String> key) throws SQLException {
    Optional<String> index = uniqueIndex(connection, key);
    if (index.isEmpty()) {
      return;
    }
    Sql.execute(connection, "drop index " + index.get());
    for (String column : key) {
      if (table.made() && !isRequired(column)) {
        Sql.execute(
            connection,
            "alter table %s alter column %s drop not null"
                .formatted(table.qualified(), SqlNames.quote(column)));
      }
    }
  }

  /** All missing columns in one ALTER. A table of the user's gets none but Sluice's own. */
  private boolean addMissing(Connection connection, TableShape shape) throws SQLException {
    List<Column> missing = new ArrayList<>();
    for (Column column : wanted.values()) {
      Integer type = shape.types().get(column.name());
      if (type == null) {
        missing.add(column);
      } else if (type != column.type().oid()) {
        throw new TypeChanged(
            table.id(),
            column.name(),
            PgType.ofOid(type),
            "column \"%s\" of %s is no longer %s"
                .formatted(column.name(), table.display(), column.type().sql()));
      }
    }
    refuseForeign(missing);
    boolean adopted = missing.stream().anyMatch(c -> c.name().equals(Segment.FILE));
    if (!missing.isEmpty()) {
      String add =
          missing.stream()
              .map(c -> "add column " + SqlNames.quote(c.name()) + " " + c.type().sql())
              .collect(Collectors.joining(", "));
      Sql.execute(connection, "alter table " + table.qualified() + " " + add);
    }
    if (adopted) {
      indexes(connection);
    }
    return !missing.isEmpty();
  }

  private void refuseForeign(List<Column> missing) {
    List<String> foreign =
        missing.stream().filter(c -> !RowColumns.ORIGIN.contains(c)).map(Column::name).toList();
    if (!table.made() && !foreign.isEmpty()) {
      throw new RefusedTarget(
          Set.of(table.id()),
          "missing_column",
          "%s was not made by Sluice and lacks the columns %s; add them, or name in the feed only"
                  .formatted(table.display(), SqlNames.list(foreign))
              + " the columns it has",
          null);
    }
  }
}
