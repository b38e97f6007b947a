package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.PartitionCatalog;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.partition.NewPartition;
import io.sluice.pgtask.partition.PartitionSql;
import io.sluice.pgtask.run.StepContext;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A default partition taken apart: the copy has the partitions that are missing, and a default
 * partition of its own for the rest. They change places with the old default in one transaction,
 * which takes ACCESS EXCLUSIVE on the parent; the new partitions come while the parent has no
 * default, and the new default has a CHECK that proves that it holds no row of another partition:
 * so nothing is read under the lock. See
 * https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE
 */
final class DrainLayout implements CopyLayout {

  static final String SUFFIX = "__sluice_old";

  /** By whom rows that change their partition are seen. */
  private static final String WATCHERS =
      """
      select format('publication %I, which publishes partitions under their own names (alter publication %1$I set (publish_via_partition_root = true), where subscribers have %s)',
                    p.pubname, :parent)
      from pg_publication p join pg_publication_rel r on r.prpubid = p.oid
      where not p.pubviaroot and current_setting('server_version_num')::int >= 150000
        and r.prrelid in (select relid from pg_partition_ancestors(:oid) where relid <> :oid)
      union all
      select format('logical replication slot %I of %s, which decodes every table', slot_name, plugin)
      from pg_replication_slots where database = current_database() and plugin <> 'pgoutput'
      union all
      select 'its replica identity, which is not the one that partitions get from ' || p.oid::regclass
      from pg_class c, pg_class p
      where c.oid = :oid and p.oid = :parent and (c.relreplident <> p.relreplident
        or c.relreplident = 'i' and not exists (
          select from pg_index x join pg_inherits i on i.inhrelid = x.indexrelid
          join pg_index y on y.indexrelid = i.inhparent
          where x.indrelid = c.oid and x.indisreplident and y.indisreplident))
      """;

  private final PartitionedTable parent;
  private final SourceTable source;
  private final StorageOptions storage;
  private final List<NewPartition> missing;
  private final PartitionSql partitionSql;
  private final CopyNames names;
  private final Renaming renaming;

  /**
   * @param source the default partition
   * @param missing partitions to make
   */
  DrainLayout(
      PartitionedTable parent,
      SourceTable source,
      StorageOptions storage,
      List<NewPartition> missing,
      PartitionSql partitionSql) {
    this.parent = parent;
    this.source = source;
    this.storage = storage;
    this.missing = List.copyOf(missing);
    this.partitionSql = partitionSql;
    this.names = new CopyNames(source.name());
    this.renaming = new Renaming(source, names.rest(), SUFFIX);
  }

  @Override
  public String spec() {
    return "drain into "
        + missing.stream()
            .map(partition -> partition.name().name() + " " + partition.bounds())
            .collect(Collectors.joining(", "));
  }

  @Override
  public Optional<SourceColumn> partitionColumn() {
    return source.column(parent.key());
  }

  @Override
  public Optional<String> order() {
    return Optional.empty();
  }

  @Override
  public List<String> create() {
    List<String> sql = new ArrayList<>();
    sql.add(
        "create table %s (like %s including generated) partition by range (%s)"
            .formatted(names.copy().sql(), parent.name().sql(), SqlNames.quote(parent.key())));
    for (NewPartition partition : missing) {
      sql.addAll(partitionSql.make(partition));
      sql.add(attach(names.copy(), partition.name(), partition.bounds().forValues()));
    }
    sql.add(
        "create table %s (like %s including all excluding indexes excluding identity)%s"
            .formatted(names.rest().sql(), source.name().sql(), storage.with()));
    sql.addAll(storage.afterCreate(names.rest()));
    sql.add(attach(names.copy(), names.rest(), "default"));
    return sql;
  }

  private static String attach(TableName to, TableName partition, String bound) {
    return "alter table %s attach partition %s %s".formatted(to.sql(), partition.sql(), bound);
  }

  private static String detach(TableName from, TableName partition) {
    return "alter table %s detach partition %s".formatted(from.sql(), partition.sql());
  }

  @Override
  public List<List<String>> partitions() {
    return List.of();
  }

  @Override
  public int partitionsCreated() {
    return missing.size();
  }

  /** The new partitions have the parent's indexes already. */
  @Override
  public List<Placed> placed(CopyIndex index, List<TableName> leaves) {
    return List.of(new Placed(names.rest(), index.meanwhile()));
  }

  /** Only the CHECK of the new default can refuse a row: if a partition of the parent went away. */
  @Override
  public boolean makeRoom(Connection connection, String from) throws SQLException {
    if (check(connection).isEmpty()) {
      return false;
    }
    Sql.execute(connection, dropCheck(names.rest()));
    return true;
  }

  private Optional<String> check(Connection connection) throws SQLException {
    return Sql.strings(
            connection,
            """
            select obj_description(oid, 'pg_constraint') from pg_constraint
            where conrelid = to_regclass(%s) and conname = '%s' and convalidated\
            """
                .formatted(SqlNames.literal(names.rest().sql()), PartitionSql.CHECK))
        .stream()
        .findFirst();
  }

  private static String dropCheck(TableName table) {
    return "alter table %s drop constraint if exists %s".formatted(table.sql(), PartitionSql.CHECK);
  }

  /** Reads the new default, which nobody uses yet, unless it was proven against the same bounds. */
  @Override
  public void beforeSwap(StepContext context) throws SQLException {
    String condition = context.read(this::rest);
    if (context.read(this::check).filter(condition::equals).isEmpty()) {
      context.transaction(
          List.of(
              dropCheck(names.rest()),
              "alter table %s add constraint %s check (%s)"
                  .formatted(names.rest().sql(), PartitionSql.CHECK, condition),
              "comment on constraint %s on %s is %s"
                  .formatted(PartitionSql.CHECK, names.rest().sql(), SqlNames.literal(condition))));
    }
  }

  /** What PostgreSQL will ask of the new default partition. */
  private String rest(Connection connection) throws SQLException {
    List<Bounds> others = new ArrayList<>();
    PartitionCatalog.find(connection, parent.name()).stream()
        .flatMap(table -> table.partitions().stream())
        .map(Partition::bounds)
        .forEach(others::add);
    missing.stream().map(NewPartition::bounds).forEach(others::add);
    String key = SqlNames.quote(parent.key());
    return "not (%s is not null and (%s))"
        .formatted(
            key, others.stream().map(b -> range(key, b)).collect(Collectors.joining(" or ")));
  }

  private static String range(String key, Bounds bounds) {
    List<String> sides = new ArrayList<>();
    if (!bounds.lower().equals("MINVALUE")) {
      sides.add(key + " >= " + bounds.lower());
    }
    if (!bounds.upper().equals("MAXVALUE")) {
      sides.add(key + " < " + bounds.upper());
    }
    return sides.isEmpty() ? "true" : "(" + String.join(" and ", sides) + ")";
  }

  @Override
  public List<String> obstacles(Connection connection) throws SQLException {
    SourceReader.onlyCatalog(connection);
    String sql =
        WATCHERS
            .replace(":oid", source.oid() + "::oid::regclass")
            .replace(":parent", parent.oid() + "::oid::regclass");
    List<String> watchers = Sql.strings(connection, sql);
    List<String> problems = new ArrayList<>(AttachmentCheck.problems(connection, source));
    if (!watchers.isEmpty()) {
      problems.add(
          "%s cannot be drained because of %s: whoever follows its changes would see rows come or go that nobody wrote. Change that, or set default: {drain: false}"
              .formatted(source.name(), String.join("; ", watchers)));
    }
    return problems;
  }

  @Override
  public boolean ready(Connection connection) throws SQLException {
    return check(connection).filter(rest(connection)::equals).isPresent();
  }

  @Override
  public List<String> locks() {
    return source.attachment().orElseThrow().locks().sql();
  }

  @Override
  public List<String> swap(Connection connection) throws SQLException {
    return swapSql();
  }

  @Override
  public List<String> swapSql() {
    List<String> sql = new ArrayList<>();
    sql.add(detach(parent.name(), source.name()));
    missing.forEach(partition -> sql.add(detach(names.copy(), partition.name())));
    sql.add(detach(names.copy(), names.rest()));
    sql.addAll(renaming.tables());
    missing.forEach(partition -> sql.addAll(partitionSql.attach(partition)));
    sql.add(attach(parent.name(), source.name(), "default"));
    sql.add(dropCheck(source.name()));
    return sql;
  }

  @Override
  public Renaming renaming() {
    return renaming;
  }

  @Override
  public boolean dropOld() {
    return true;
  }
}
