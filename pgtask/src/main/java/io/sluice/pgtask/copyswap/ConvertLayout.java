package io.sluice.pgtask.copyswap;

import io.sluice.core.catalog.Names;
import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.catalog.Partition;
import io.sluice.pgtask.catalog.PartitionCatalog;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.partition.Periods;
import io.sluice.pgtask.partition.TimeValues;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.Interval;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A partitioned copy of a plain table, which takes its name. */
final class ConvertLayout implements CopyLayout {

  private final ConvertSpec spec;
  private final SourceTable source;
  private final StorageOptions storage;
  private final Periods periods;
  private final List<Bounds> partitions;
  private final SourceColumn column;
  private final CopyNames names;
  private final Renaming renaming;
  private final List<ForeignKey> foreignKeys;

  /**
   * @param partitions to begin with
   */
  ConvertLayout(
      ConvertSpec spec,
      SourceTable source,
      StorageOptions storage,
      Periods periods,
      List<Bounds> partitions,
      List<ForeignKey> foreignKeys) {
    this.foreignKeys = List.copyOf(foreignKeys);
    this.spec = spec;
    this.source = source;
    this.storage = storage;
    this.periods = periods;
    this.partitions = List.copyOf(partitions);
    this.column = source.column(spec.column()).orElseThrow();
    this.names = new CopyNames(source.name());
    this.renaming = new Renaming(source, names.copy(), OLD);
  }

  /** Suffix of the old table's name. */
  static final String OLD = "_before";

  @Override
  public String spec() {
    return "convert by %s of %s, names %s, default %s%s"
        .formatted(
            spec.by(),
            spec.column(),
            spec.nameFormat(),
            spec.defaultPartition(),
            spec.encoding().map(encoding -> ", " + encoding).orElse(""));
  }

  @Override
  public Optional<SourceColumn> partitionColumn() {
    return Optional.of(column);
  }

  @Override
  public Optional<String> order() {
    return Optional.empty();
  }

  @Override
  public List<String> create() {
    List<String> sql = new ArrayList<>();
    sql.add(
        "create table %s (like %s including all excluding indexes) partition by range (%s)%s"
            .formatted(
                names.copy().sql(), source.name().sql(), column.sql(), storage.tablespace()));
    sql.addAll(storage.afterCreate(names.copy()));
    return sql;
  }

  @Override
  public List<List<String>> partitions() {
    List<List<String>> all = new ArrayList<>();
    partitions.forEach(bounds -> all.add(partition(name(bounds.from()), bounds.forValues())));
    defaultName().ifPresent(name -> all.add(partition(name, "default")));
    return all;
  }

  private List<String> partition(TableName name, String bound) {
    List<String> sql = new ArrayList<>();
    sql.add(
        "create table if not exists %s partition of %s %s%s"
            .formatted(name.sql(), names.copy().sql(), bound, storage.with()));
    sql.addAll(storage.afterCreate(name));
    sql.addAll(storage.grants(name));
    return sql;
  }

  private TableName name(long start) {
    return source.name().sibling(periods.name(source.name().name(), start));
  }

  private Optional<TableName> defaultName() {
    return spec.defaultPartition()
        ? Optional.of(source.name().sibling(Names.withSuffix(source.name().name(), "_default")))
        : Optional.empty();
  }

  /** Tables that it makes. */
  List<TableName> tables() {
    List<TableName> tables = new ArrayList<>();
    partitions.forEach(bounds -> tables.add(name(bounds.from())));
    defaultName().ifPresent(tables::add);
    return tables;
  }

  @Override
  public boolean makeRoom(Connection connection, String from) throws SQLException {
    String sql =
        "select %s, %s from %s"
            .formatted(
                TimeValues.extreme(periods, "min", column.sql()),
                TimeValues.extreme(periods, "max", column.sql()),
                from);
    refuseStrangers(ColumnRange.strangers(connection, from, column, periods));
    List<Optional<Long>> ends =
        Sql.one(connection, sql, row -> List.of(value(row.getString(1)), value(row.getString(2))));
    return ends.stream().allMatch(Optional::isPresent)
        && makeRoom(connection, ends.get(0).get(), ends.get(1).get());
  }

  /** Where something else has the name, CREATE … IF NOT EXISTS makes nothing, however often. */
  private void refuseTaken(Connection connection, TableName name) throws SQLException {
    if (Sql.isTrue(connection, "select to_regclass(?) is not null", name.sql())) {
      throw new SQLException(
          "rows written to %s in the meantime need a partition %s, but something of this name already exists; rename or drop it. The copy is kept for the next run"
              .formatted(source.name(), name),
          CopySwapStep.IN_USE);
    }
  }

  private void refuseStrangers(long strangers) throws SQLException {
    if (strangers > 0) {
      throw new SQLException(
          "%,d rows written to %s in the meantime have a %s that is %s. Correct them, or set default: true"
              .formatted(strangers, source.name(), column.name(), TimeValues.strangers(periods)),
          CopySwapStep.STATE_CHANGED);
    }
  }

  private Optional<Long> value(String text) {
    return Optional.ofNullable(text)
        .flatMap(periods.type()::parse)
        .filter(value -> value != KeyType.MIN && value != KeyType.MAX);
  }

  private boolean makeRoom(Connection connection, long first, long last) throws SQLException {
    List<Partition> there = existing(connection);
    int made = 0;
    for (long start = periods.startOf(first); start <= last; start = periods.next(start)) {
      Bounds bounds = periods.periodOf(start);
      if (isMissing(bounds, there)) {
        if (there.size() + ++made > spec.most()) {
          throw new SQLException(
              "rows written to %s in the meantime need more than the %d partitions that most: allows; their %s goes up to %s. Fix them, raise most:, or set default: true"
                  .formatted(source.name(), spec.most(), column.name(), periods.literal(last)),
              CopySwapStep.STATE_CHANGED);
        }
        refuseTaken(connection, name(start));
        Sql.execute(connection, partition(name(start), bounds.forValues()));
      }
    }
    return made > 0;
  }

  /**
   * Partitions ahead of now, or of the largest id by now: copying may have taken longer than those
   * made first last, and rotation begins only after the swap. A default partition takes what has
   * none.
   */
  @Override
  public void beforeSwap(StepContext context) throws SQLException {
    if (spec.defaultPartition()) {
      return;
    }
    context.transaction(
        connection -> {
          OptionalLong from = periods.isTime() ? now(context) : largestId(connection);
          return from.isPresent() && makeAhead(connection, from.getAsLong());
        });
  }

  private OptionalLong now(StepContext context) {
    return OptionalLong.of(periods.value(context.clock().instant()));
  }

  private OptionalLong largestId(Connection connection) throws SQLException {
    String sql =
        "select %s from %s"
            .formatted(TimeValues.extreme(periods, "max", column.sql()), names.copy().sql());
    Optional<Long> id = Sql.one(connection, sql, row -> value(row.getString(1)));
    return id.map(OptionalLong::of).orElse(OptionalLong.empty());
  }

  private boolean makeAhead(Connection connection, long from) throws SQLException {
    List<Partition> there = existing(connection);
    long start = periods.startOf(from);
    boolean made = false;
    for (int n = 0; n <= PeriodRange.AHEAD && hasEnd(start); n++, start = periods.next(start)) {
      Bounds bounds = periods.periodOf(start);
      if (isMissing(bounds, there)) {
        Sql.execute(connection, partition(name(start), bounds.forValues()));
        made = true;
      }
    }
    return made;
  }

  /** Whether the column's type has the id at which the period ends. */
  private boolean hasEnd(long start) {
    long largest =
        switch (periods.type()) {
          case INT2 -> Short.MAX_VALUE;
          case INT4 -> Integer.MAX_VALUE;
          default -> KeyType.MAX - 1;
        };
    return !(periods.interval() instanceof Interval.Ids ids) || start <= largest - ids.count();
  }

  private static boolean isMissing(Bounds bounds, List<Partition> there) {
    return there.stream().noneMatch(p -> p.bounds().overlaps(bounds.from(), bounds.to()));
  }

  private List<Partition> existing(Connection connection) throws SQLException {
    return PartitionCatalog.find(connection, names.copy())
        .map(PartitionedTable::partitions)
        .orElse(List.of());
  }

  /** On each partition, then on all, which finds and takes those. */
  @Override
  public List<Placed> placed(CopyIndex index, List<TableName> leaves) {
    List<Placed> placed = new ArrayList<>();
    leaves.forEach(leaf -> placed.add(new Placed(leaf, index.nameOn(source.name(), leaf))));
    placed.add(new Placed(names.copy(), index.meanwhile()));
    return placed;
  }

  @Override
  public Optional<List<ForeignKey>> foreignKeys() {
    return Optional.of(foreignKeys);
  }

  @Override
  public List<String> obstacles(Connection connection) throws SQLException {
    return Consequences.unaccepted(connection, spec, source);
  }

  /** What foreign keys refer to comes first, because it is written to first. */
  @Override
  public List<String> locks() {
    List<String> sql = new ArrayList<>();
    for (TableName other : ForeignKey.referenced(foreignKeys)) {
      sql.add("lock table %s in share row exclusive mode".formatted(other.sql()));
    }
    sql.add("lock table %s in access exclusive mode".formatted(source.name().sql()));
    return sql;
  }

  @Override
  public List<String> swap(Connection connection) throws SQLException {
    return renaming.sql(connection);
  }

  @Override
  public List<String> swapSql() {
    return renaming.tables();
  }

  @Override
  public Renaming renaming() {
    return renaming;
  }

  @Override
  public boolean dropOld() {
    return spec.dropOld();
  }
}
