package io.sluice.pgtask.partition;

import io.sluice.core.catalog.Names;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.task.PartitionSpec.Sub;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Statements for the sub-partitions of a new partition. They run before it is attached, so that
 * their locks are on a table that nobody sees.
 */
final class SubPartitionSql {

  private final Sub sub;
  private final Optional<Periods> periods;
  private final boolean sameColumn;

  private SubPartitionSql(Sub sub, Optional<Periods> periods, boolean sameColumn) {
    this.sub = sub;
    this.periods = periods;
    this.sameColumn = sameColumn;
  }

  static SubPartitionSql of(Connection connection, PartitionedTable table, Sub sub, ZoneId zone)
      throws SQLException {
    String typname = typname(connection, table, column(sub));
    if (!(sub instanceof Sub.Range range)) {
      return new SubPartitionSql(sub, Optional.empty(), false);
    }
    KeyType type =
        KeyType.of(typname)
            .filter(KeyType::isTime)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "sub-partitions by time need a column of type timestamptz, timestamp or date; \"%s\" is %s"
                            .formatted(range.column(), typname)));
    if (type != table.type()) {
      throw new IllegalArgumentException(
          "sub-partitions by time need a column of the same type as \"%s\", %s; \"%s\" is %s"
              .formatted(table.key(), table.type().sql(), range.column(), typname));
    }
    Periods periods = Periods.of(type, Optional.empty(), zone, range.by(), Optional.empty());
    return new SubPartitionSql(sub, Optional.of(periods), range.column().equals(table.key()));
  }

  private static String column(Sub sub) {
    if (sub instanceof Sub.Hash hash) {
      return hash.column();
    }
    return sub instanceof Sub.Lists lists ? lists.column() : ((Sub.Range) sub).column();
  }

  private static String typname(Connection connection, PartitionedTable table, String column)
      throws SQLException {
    String sql =
        """
        select t.typname from pg_attribute a join pg_type t on t.oid = a.atttypid
        where a.attrelid = ? and a.attname = ? and a.attnum > 0 and not a.attisdropped
        """;
    return Sql.first(connection, sql, row -> row.getString(1), table.oid(), column)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "it has no column \"" + column + "\" to sub-partition by"));
  }

  String partitionBy() {
    String strategy =
        sub instanceof Sub.Hash ? "hash" : sub instanceof Sub.Lists ? "list" : "range";
    return "partition by %s (%s)".formatted(strategy, SqlNames.quote(column(sub)));
  }

  /**
   * @param leafClause storage and tablespace, for the end of each statement
   * @param made gets the names
   */
  List<String> create(NewPartition partition, String leafClause, List<TableName> made) {
    Map<String, String> parts = new TreeMap<>();
    if (sub instanceof Sub.Hash hash) {
      int digits = Integer.toString(hash.parts() - 1).length();
      for (int i = 0; i < hash.parts(); i++) {
        parts.put(
            "_h" + ("%0" + digits + "d").formatted(i),
            "for values with (modulus " + hash.parts() + ", remainder " + i + ")");
      }
    } else if (sub instanceof Sub.Lists lists) {
      lists
          .lists()
          .forEach(
              (suffix, values) ->
                  parts.put("_" + suffix, "for values in (" + literals(values) + ")"));
      if (lists.other()) {
        parts.put("_other", "default");
      }
    } else {
      ranges(partition.bounds(), parts);
    }
    return statements(partition.name(), parts, leafClause, made);
  }

  private static String literals(List<String> values) {
    return values.stream().map(SqlNames::literal).collect(Collectors.joining(", "));
  }

  private void ranges(Bounds bounds, Map<String, String> parts) {
    Periods by = periods.orElseThrow();
    for (long from = bounds.from(); from < bounds.to(); ) {
      long to = Math.min(by.next(by.startOf(from)), bounds.to());
      parts.put(by.name("", from), by.bounds(from, to).forValues());
      from = to;
    }
    if (!sameColumn) {
      parts.put("_other", "default");
    }
  }

  private static List<String> statements(
      TableName parent, Map<String, String> parts, String leafClause, List<TableName> made) {
    List<String> sql = new ArrayList<>();
    parts.forEach(
        (suffix, values) -> {
          TableName name = parent.sibling(Names.withSuffix(parent.name(), suffix));
          made.add(name);
          sql.add(
              "create table %s partition of %s %s%s"
                  .formatted(name.sql(), parent.sql(), values, leafClause));
        });
    return sql;
  }
}
