package io.sluice.pgtask.partition;

import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.task.PartitionSpec.Sub;
import io.sluice.pgtask.task.PartitionSpec.Template;
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
 * The statements that make partitions of one table. Made apart and attached: ATTACH takes SHARE
 * UPDATE EXCLUSIVE on the parent, which readers and writers do not feel, ACCESS EXCLUSIVE only on
 * the new table and on a default partition (beside which {@link AttachLocks} come first); with the
 * CHECK it need not read the new table. PARTITION OF would take ACCESS EXCLUSIVE on the parent.
 * Where the parent has foreign keys, ATTACH takes SHARE ROW EXCLUSIVE on the tables they point to.
 * See
 * https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE
 * and https://www.postgresql.org/docs/current/sql-altertable.html
 */
public final class PartitionSql {

  /** Name of the CHECK that spares ATTACH the scan; gone with the same transaction. */
  public static final String CHECK = "sluice_bounds";

  private final TableName parent;
  private final String key;
  private final PartitionAttributes traits;
  private final Map<String, String> storage;
  private final Optional<SubPartitionSql> sub;

  private PartitionSql(
      TableName parent,
      String key,
      PartitionAttributes traits,
      Map<String, String> storage,
      Optional<SubPartitionSql> sub) {
    this.parent = parent;
    this.key = SqlNames.quote(key);
    this.traits = traits;
    this.storage = storage;
    this.sub = sub;
  }

  /**
   * Reads what new partitions get: from the parent, the template, its table.
   *
   * @param zone of sub-partitions by time
   * @throws IllegalArgumentException if template or sub-partitions do not fit the table; the
   *     message says why and what helps
   */
  public static PartitionSql read(
      Connection connection,
      PartitionedTable table,
      Template template,
      Optional<Sub> sub,
      ZoneId zone)
      throws SQLException {
    PartitionAttributes traits = PartitionAttributes.read(connection, table, template);
    Map<String, String> storage = new TreeMap<>(traits.storage());
    storage.putAll(template.storage());
    Optional<SubPartitionSql> subSql =
        sub.isEmpty()
            ? Optional.empty()
            : Optional.of(SubPartitionSql.of(connection, table, sub.get(), zone));
    return new PartitionSql(table.name(), table.key(), traits, storage, subSql);
  }

  /** Make and attach, for one transaction. */
  public List<String> create(NewPartition partition) {
    List<String> sql = new ArrayList<>(make(partition));
    sql.addAll(attach(partition));
    return sql;
  }

  /** Makes the table with all it gets, not yet attached, so that it can be filled before. */
  public List<String> make(NewPartition partition) {
    TableName name = partition.name();
    List<String> sql = new ArrayList<>();
    sql.add(createTable(name));
    sql.add(
        "alter table %s add constraint %s check (%s)"
            .formatted(name.sql(), CHECK, condition(partition.bounds())));
    traits.indexes().forEach(index -> sql.add(index.formatted(name.sql())));
    List<TableName> parts = new ArrayList<>();
    sub.ifPresent(s -> sql.addAll(s.create(partition, leafClause(), parts)));
    parts.add(0, name);
    for (TableName part : parts) {
      traits.rowSecurity().forEach(clause -> sql.add(clause.formatted(part.sql())));
      traits.grants().forEach(grant -> sql.add(grant.formatted(part.sql())));
    }
    traits.newOwner().ifPresent(o -> parts.forEach(part -> sql.add(owner(part, o))));
    return sql;
  }

  private static String owner(TableName table, String owner) {
    return "alter table %s owner to %s".formatted(table.sql(), SqlNames.quote(owner));
  }

  private String createTable(TableName name) {
    String like =
        "table %s (like %s including all excluding identity)".formatted(name.sql(), parent.sql());
    return sub.isPresent()
        ? "create " + like + " " + sub.get().partitionBy()
        : "create " + (traits.unlogged() ? "unlogged " : "") + like + leafClause();
  }

  private String leafClause() {
    String with =
        storage.entrySet().stream()
            .map(e -> parameter(e.getKey()) + " = " + SqlNames.literal(e.getValue()))
            .collect(Collectors.joining(", ", " with (", ")"));
    return traits.method().map(m -> " using " + SqlNames.quote(m)).orElse("")
        + (storage.isEmpty() ? "" : with)
        + traits.tablespace().map(t -> " tablespace " + SqlNames.quote(t)).orElse("");
  }

  private static String parameter(String name) {
    return name.startsWith("toast.")
        ? "toast." + SqlNames.quote(name.substring("toast.".length()))
        : SqlNames.quote(name);
  }

  /** The condition that PostgreSQL itself keeps for a range, so that a CHECK of it proves it. */
  public String condition(Bounds bounds) {
    String lower = bounds.lower().equals("MINVALUE") ? "" : " and " + key + " >= " + bounds.lower();
    String upper = bounds.upper().equals("MAXVALUE") ? "" : " and " + key + " < " + bounds.upper();
    return key + " is not null" + lower + upper;
  }

  /** Attaches a table that {@link #make} made. */
  public List<String> attach(NewPartition partition) {
    String name = partition.name().sql();
    List<String> sql = new ArrayList<>();
    sql.add(
        "alter table %s attach partition %s %s"
            .formatted(parent.sql(), name, partition.bounds().forValues()));
    sql.add("alter table %s drop constraint %s".formatted(name, CHECK));
    traits.replicaIdentity().ifPresent(identity -> sql.add(identity.replace("<table>", name)));
    return sql;
  }
}
