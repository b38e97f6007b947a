package io.sluice.pgtask.catalog;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Reads partitioned tables from pg_catalog: two statements for any number of them, and no lock on
 * the tables (bounds are printed without their relation, sizes are read only on demand). The
 * session must have TimeZone UTC and DateStyle ISO. See
 * https://www.postgresql.org/docs/current/catalog-pg-partitioned-table.html
 */
public final class PartitionCatalog {

  private static final String PARENTS =
      """
      select c.oid::int8, n.nspname, c.relname, pg_get_userbyid(c.relowner), p.partstrat::text, p.partnatts,
             a.attname, t.typname, p.partdefid::int8, d.relname, dn.nspname, c.relispartition, %s
      from pg_partitioned_table p
      join pg_class c on c.oid = p.partrelid
      join pg_namespace n on n.oid = c.relnamespace
      left join pg_attribute a on a.attrelid = c.oid and a.attnum = p.partattrs[0] and a.attnum > 0
      left join pg_type t on t.oid = a.atttypid
      left join pg_class d on d.oid = p.partdefid
      left join pg_namespace dn on dn.oid = d.relnamespace
      where %s
      order by 2, 3
      """;

  private static final String OF_PEOPLE =
      "n.nspname not in ('information_schema', 'sluice') and n.nspname !~ '^pg_'";

  private static final String PARTITIONS =
      """
      select i.inhparent::int8, c.oid::int8, n.nspname, c.relname, pg_get_expr(c.relpartbound, 0),
             i.inhdetachpending, c.relkind = 'p'
      from pg_inherits i
      join pg_class c on c.oid = i.inhrelid
      join pg_namespace n on n.oid = c.relnamespace
      where i.inhparent = any (?::oid[]) and c.relpartbound is not null
      """;

  /**
   * What was found.
   *
   * @param tables by name
   * @param problems of tables that were asked for and are of another kind: why, and what to do;
   *     those that are partitions themselves are passed over
   */
  public record Found(List<PartitionedTable> tables, Map<TableName, String> problems) {
    public Found {
      tables = List.copyOf(tables);
    }
  }

  private record Parent(
      long oid,
      TableName name,
      String owner,
      String strategy,
      int columns,
      String key,
      String type,
      Optional<DefaultPart> defaultPart,
      boolean partition,
      boolean working) {}

  private PartitionCatalog() {}

  /** The partitioned tables whose names are wanted; none that Sluice is just making. */
  public static Found read(Connection connection, Predicate<TableName> wanted) throws SQLException {
    return read(connection, OF_PEOPLE, parent -> !parent.working() && wanted.test(parent.name()));
  }

  private static Found read(
      Connection connection, String where, Predicate<Parent> wanted, Object... values)
      throws SQLException {
    String sql = PARENTS.formatted(WorkingTables.among("c.oid"), where);
    List<Parent> parents =
        Sql.list(connection, sql, PartitionCatalog::parent, values).stream()
            .filter(wanted)
            .toList();
    Map<Long, List<RawPartition>> partitions =
        partitions(connection, parents.stream().map(Parent::oid).toList());
    List<PartitionedTable> tables = new ArrayList<>();
    Map<TableName, String> problems = new LinkedHashMap<>();
    for (Parent parent : parents) {
      table(parent, partitions.getOrDefault(parent.oid, List.of()), problems)
          .ifPresent(tables::add);
    }
    return new Found(tables, problems);
  }

  /** One table by its name; empty if it is not a range-partitioned table that Sluice tends. */
  public static Optional<PartitionedTable> find(Connection connection, TableName name)
      throws SQLException {
    String named = "n.nspname = ? and c.relname = ?";
    return read(connection, named, parent -> true, name.schema(), name.name()).tables().stream()
        .findFirst();
  }

  private static Parent parent(ResultSet row) throws SQLException {
    long defaultOid = row.getLong(9);
    Optional<DefaultPart> defaultPart =
        defaultOid == 0 || row.getString(10) == null
            ? Optional.empty()
            : Optional.of(
                new DefaultPart(defaultOid, new TableName(row.getString(11), row.getString(10))));
    return new Parent(
        row.getLong(1),
        new TableName(row.getString(2), row.getString(3)),
        row.getString(4),
        row.getString(5),
        row.getInt(6),
        row.getString(7),
        row.getString(8),
        defaultPart,
        row.getBoolean(12),
        row.getBoolean(13));
  }

  private record RawPartition(
      long parent,
      long oid,
      TableName name,
      String bounds,
      boolean detachPending,
      boolean partitioned) {}

  private static Map<Long, List<RawPartition>> partitions(
      Connection connection, Collection<Long> parents) throws SQLException {
    if (parents.isEmpty()) {
      return Map.of();
    }
    return Sql.list(connection, PARTITIONS, PartitionCatalog::partition, Sql.longs(parents))
        .stream()
        .collect(Collectors.groupingBy(RawPartition::parent));
  }

  private static RawPartition partition(ResultSet row) throws SQLException {
    return new RawPartition(
        row.getLong(1),
        row.getLong(2),
        new TableName(row.getString(3), row.getString(4)),
        row.getString(5),
        row.getBoolean(6),
        row.getBoolean(7));
  }

  private static Optional<PartitionedTable> table(
      Parent parent, List<RawPartition> raw, Map<TableName, String> problems) {
    Optional<KeyType> type = Optional.ofNullable(parent.type).flatMap(KeyType::of);
    Optional<String> problem = problem(parent, type);
    if (problem.isPresent()) {
      if (!parent.partition) {
        problems.put(parent.name, problem.get());
      }
      return Optional.empty();
    }
    List<Partition> partitions = new ArrayList<>();
    for (RawPartition one : raw) {
      if (one.bounds.equals("DEFAULT")) {
        continue;
      }
      Optional<Bounds> bounds = Bounds.parse(type.orElseThrow(), one.bounds);
      if (bounds.isEmpty()) {
        problems.put(
            parent.name,
            "%s is skipped: the bounds of its partition %s, %s, are not whole numbers or times that Sluice can handle"
                .formatted(parent.name, one.name, one.bounds));
        return Optional.empty();
      }
      partitions.add(
          new Partition(one.oid, one.name, bounds.get(), one.detachPending, one.partitioned));
    }
    partitions.sort(Comparator.comparingLong(p -> p.bounds().from()));
    return Optional.of(
        new PartitionedTable(
            parent.oid,
            parent.name,
            parent.owner,
            parent.key,
            type.orElseThrow(),
            parent.defaultPart,
            parent.partition,
            partitions));
  }

  private static Optional<String> problem(Parent parent, Optional<KeyType> type) {
    String why;
    if (!parent.strategy.equals("r")) {
      why = parent.strategy.equals("h") ? "by hash" : "by list";
    } else if (parent.columns != 1) {
      why = "by " + parent.columns + " columns";
    } else if (parent.key == null) {
      why = "by an expression";
    } else if (type.isEmpty()) {
      why = "by \"%s\" of type %s".formatted(parent.key, parent.type);
    } else {
      return Optional.empty();
    }
    return Optional.of(
        ("%s is partitioned %s; rotation needs range partitioning on one column of type timestamptz, timestamp, date, a"
                + " whole number, numeric, or with timeFormat: uuid, text or varchar. Remove it from the task, or repartition it on such a column")
            .formatted(parent.name, why));
  }

  /**
   * Bytes of tables with their indexes, TOAST and sub-partitions. Waits for whoever holds ACCESS
   * EXCLUSIVE on one of them.
   */
  public static Map<Long, Long> sizes(Connection connection, Collection<Long> oids)
      throws SQLException {
    String sql =
        """
        select o.oid, coalesce((select sum(pg_total_relation_size(t.relid)) from pg_partition_tree(o.oid::oid::regclass) t),
                               pg_total_relation_size(o.oid::oid), 0)::int8
        from unnest(?::int8[]) as o (oid)
        """;
    return Sql.map(connection, sql, row -> row.getLong(1), row -> row.getLong(2), Sql.longs(oids));
  }
}
