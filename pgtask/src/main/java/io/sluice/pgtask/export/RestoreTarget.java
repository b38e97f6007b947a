package io.sluice.pgtask.export;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.DefaultPart;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.PartitionCatalog;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.catalog.WorkingTables;
import io.sluice.pgtask.partition.NewPartition;
import io.sluice.pgtask.partition.PartitionSql;
import io.sluice.pgtask.task.PartitionSpec.Template;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a partition goes back to, as it is now.
 *
 * @param table empty if there is none that Sluice can count with
 * @param sql that makes its partitions; there if the table is
 * @param range of the export; empty if it does not fit the table's key
 * @param columns of the table
 * @param taken whether a table of the partition's name is there
 * @param unknownTypes of the export's columns
 */
record RestoreTarget(
    TableName name,
    Optional<PartitionedTable> table,
    Optional<PartitionSql> sql,
    Optional<Bounds> range,
    List<TableDefinition.Known> columns,
    boolean taken,
    List<String> unknownTypes) {

  static RestoreTarget look(Connection connection, Manifest manifest, TableName partition)
      throws SQLException {
    TableName parent = new TableName(manifest.schema(), manifest.parent());
    Optional<PartitionedTable> table = PartitionCatalog.find(connection, parent);
    return new RestoreTarget(
        parent,
        table,
        table.isPresent() ? Optional.of(sql(connection, table.get())) : Optional.empty(),
        table.isPresent() ? range(connection, table.get().type(), manifest) : Optional.empty(),
        table.isPresent() ? TableDefinition.columns(connection, table.get().oid()) : List.of(),
        oid(connection, partition) != 0,
        unknownTypes(connection, manifest));
  }

  /** Owner and grants as the parent's. */
  private static PartitionSql sql(Connection connection, PartitionedTable table)
      throws SQLException {
    Template plain = new Template(Optional.empty(), Optional.empty(), Map.of(), true);
    return PartitionSql.read(connection, table, plain, Optional.empty(), ZoneOffset.UTC);
  }

  private static Optional<Bounds> range(Connection connection, KeyType type, Manifest manifest)
      throws SQLException {
    Optional<Long> from = value(connection, type, manifest.lower(), KeyType.MIN);
    Optional<Long> to = value(connection, type, manifest.upper(), KeyType.MAX);
    return from.isPresent() && to.isPresent()
        ? Optional.of(new Bounds(from.get(), to.get(), manifest.lower(), manifest.upper()))
        : Optional.empty();
  }

  private static Optional<Long> value(
      Connection connection, KeyType type, String literal, long open) throws SQLException {
    if (!LiteralCheck.isBound(literal)) {
      return Optional.empty();
    }
    if (literal.endsWith("VALUE")) {
      return Optional.of(open);
    }
    String sql = "select cast(%s as %s)::text".formatted(literal, type.sql());
    return type.parse(Sql.one(connection, sql, row -> row.getString(1)));
  }

  private static List<String> unknownTypes(Connection connection, Manifest manifest)
      throws SQLException {
    List<String> unknown = new ArrayList<>();
    for (Manifest.Column column : manifest.columns()) {
      String collation = column.collation().orElse("pg_catalog.\"C\"");
      boolean named = LiteralCheck.isName(column.type()) && LiteralCheck.isName(collation);
      if (!named || !isKnown(connection, column.type(), collation)) {
        unknown.add(
            "%s %s%s"
                .formatted(
                    column.name(),
                    column.type(),
                    column.collation().map(text -> " collate " + text).orElse("")));
      }
    }
    return unknown;
  }

  private static boolean isKnown(Connection connection, String type, String collation)
      throws SQLException {
    String sql = "select to_regtype(?) is not null and to_regcollation(?) is not null";
    return Sql.isTrue(connection, sql, type, collation);
  }

  /** Zero if there is no such table. */
  static long oid(Connection connection, TableName name) throws SQLException {
    return Sql.number(connection, "select coalesce(to_regclass(?)::oid::int8, 0)", name.sql());
  }

  /** Why a table of its own cannot be made; empty if it can. */
  List<String> refusedAlone(TableName as) {
    List<String> refused = new ArrayList<>();
    if (taken) {
      refused.add(as + " already exists; choose another name with --as");
    }
    if (!unknownTypes.isEmpty()) {
      refused.add(
          "the export has columns of types that this database does not have: %s; create the types first"
              .formatted(String.join(", ", unknownTypes)));
    }
    return refused;
  }

  /** Why the partition cannot be made; empty if it can. */
  List<String> refused(Manifest manifest, boolean attach) {
    TableName partition = new TableName(manifest.partitionSchema(), manifest.partition());
    String alone = "; restore it as a standalone table with --as schema.table";
    if (table.isEmpty()) {
      return List.of(
          "%s is no longer partitioned by ranges of one column%s".formatted(name, alone));
    }
    if (range.isEmpty()) {
      return List.of(
          "%s is now partitioned by \"%s\" of type %s, which the bounds of the export, from %s to %s, do not fit%s"
              .formatted(
                  name,
                  table.get().key(),
                  table.get().type().sql(),
                  manifest.lower(),
                  manifest.upper(),
                  alone));
    }
    List<String> refused = new ArrayList<>();
    List<String> misfits = ColumnCompatibility.problems(manifest.columns(), columns);
    if (!misfits.isEmpty()) {
      refused.add(
          "%s no longer fits %s: %s%s"
              .formatted(partition, name, String.join(", ", misfits), alone));
    }
    Optional<Partition> other = overlapping();
    if (attach && other.isPresent()) {
      refused.add(
          "%s from %s to %s overlaps %s %s, which is attached; restore it without attaching it (--detached), or with --as schema.table"
              .formatted(
                  partition,
                  manifest.lower(),
                  manifest.upper(),
                  other.get().name(),
                  other.get().bounds()));
    } else if (taken) {
      refused.add(
          "a table %s already exists; attach, rename or drop it, or restore with --as schema.table"
              .formatted(partition));
    }
    return refused;
  }

  private Optional<Partition> overlapping() {
    Bounds bounds = bounds();
    return table.orElseThrow().partitions().stream()
        .filter(partition -> partition.bounds().overlaps(bounds.from(), bounds.to()))
        .findFirst();
  }

  String key() {
    return table.orElseThrow().key();
  }

  String owner() {
    return table.orElseThrow().owner();
  }

  PartitionSql maker() {
    return sql.orElseThrow();
  }

  /** SQL that makes a table like its partitions, to be filled. */
  List<String> building(TableName table) {
    List<String> sql = new ArrayList<>(maker().make(new NewPartition(table, bounds())));
    sql.add(WorkingTables.mark(table, name));
    return sql;
  }

  Bounds bounds() {
    return range.orElseThrow();
  }

  Optional<TableName> defaultPartition() {
    return table.orElseThrow().defaultPart().map(DefaultPart::name);
  }
}
