package io.sluice.core.catalog;

import io.sluice.core.feed.CleanStep;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedFormat;
import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;

/**
 * A target as the ledger has it.
 *
 * @param feed that made it
 * @param as what the feed declared, and whether its first table is partitioned
 * @param there whether there is its first table
 * @param made whether Sluice has made that
 */
record RegisteredTarget(Target target, String feed, Declaration as, boolean there, boolean made) {

  private static final String FIND =
      """
      select g.id, g.name, t.id as main, g.feed, g.layout, g.mode, g.time_column, g.key_columns,
             c.oid is not null as there, t.made and c.oid is not null as made, coalesce(c.relkind = 'p', false) as partitioned
      from sluice.target g join sluice.target_table t on t.target_id = g.id and t.kind = 'main' and t.part = 1
      left join pg_class c on c.oid = to_regclass(format('%I.%I', g.schema_name, t.table_name))
      where g.schema_name = ? and g.source_name = ?
      """;

  static Optional<RegisteredTarget> find(Connection connection, TargetName name)
      throws SQLException {
    return Sql.first(
        connection,
        FIND,
        row ->
            new RegisteredTarget(
                new Target(
                    row.getInt("id"),
                    name.schema(),
                    row.getString("name"),
                    name.sourceName(),
                    row.getInt("main")),
                row.getString("feed"),
                new Declaration(
                    row.getString("layout"),
                    row.getString("mode"),
                    Optional.ofNullable(row.getString("time_column")),
                    Sql.elements(row, "key_columns"),
                    row.getBoolean("partitioned")),
                row.getBoolean("there"),
                row.getBoolean("made")),
        name.schema(),
        name.sourceName());
  }

  boolean agrees(Declaration declared) {
    return hasShapeOf(declared)
        && as.time().equals(declared.time())
        && as.mode().equals(declared.mode())
        && as.hasKeyOf(declared);
  }

  /**
   * Whether its columns are registered with the types that its CSV feed declares. Those of a table
   * that is there stay as they are, and of renamed ones the feed's names do not tell.
   */
  boolean hasTypesOf(Connection connection, Feed declaring) throws SQLException {
    boolean renames = declaring.clean().stream().anyMatch(CleanStep.Rename.class::isInstance);
    if (there
        || renames
        || !declaring.name().equals(feed)
        || !(declaring.format() instanceof FeedFormat.Csv csv)) {
      return true;
    }
    Map<String, String> types =
        Sql.map(
            connection,
            "select counter, type from sluice.counter where target_id = ?",
            row -> row.getString(1),
            row -> row.getString(2),
            target.id());
    return csv.columns().entrySet().stream()
        .allMatch(
            column ->
                column
                    .getValue()
                    .type()
                    .map(type -> types.getOrDefault(column.getKey(), type.sql()).equals(type.sql()))
                    .orElse(true));
  }

  /** Whether its tables can take rows of the declaration without being made anew. */
  boolean hasShapeOf(Declaration declared) {
    return as.layout().equals(declared.layout())
        && (!made || as.partitioned() == declared.partitioned())
        && (!made || !as.partitioned() || as.time().equals(declared.time()));
  }
}
