package io.sluice.loader;

import io.sluice.core.catalog.Dimensions;
import io.sluice.core.catalog.SchemaDdl;
import io.sluice.core.catalog.TimePartitions;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.PgType;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedTarget.Grants;
import io.sluice.core.sql.Transactions;
import io.sluice.loader.TargetTable.Layout;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that tables, columns, indexes, views and partitions are there before a batch is
 * loaded. What it knows is only a hint: the load checks it again inside its transaction. Safe for
 * several threads.
 */
final class Tables {

  private static final Logger LOG = LoggerFactory.getLogger(Tables.class);

  /** What is known of a table. */
  private record Known(
      TargetTable table, TableShape shape, List<String> mergeKey, Set<Long> partitions) {}

  private final Transactions transactions;
  private final Function<String, Optional<Feed>> feeds;
  private final Dimensions dimensions;
  private final Ddl ddl;
  private final Clock clock;
  private final Map<Integer, Known> known = new ConcurrentHashMap<>();

  Tables(
      Transactions transactions,
      Function<String, Optional<Feed>> feeds,
      LoadSettings settings,
      Clock clock) {
    this.transactions = transactions;
    this.feeds = feeds;
    this.dimensions = new Dimensions(transactions);
    this.ddl = new Ddl(transactions, settings.ddlLockTimeout());
    this.clock = clock;
  }

  /** Forgets a table: what was known of it has turned out wrong. */
  void forget(int tableId) {
    known.remove(tableId);
  }

  /**
   * Makes what is missing.
   *
   * @throws RefusedTarget when a person must act first
   * @throws TypeChanged when a column has another type than the rows
   */
  Prepared prepare(Map<Integer, TableNeeds> needs) {
    List<TableNeeds> unknown = needs.values().stream().filter(n -> !covered(n)).toList();
    if (!unknown.isEmpty()) {
      makeTables(unknown);
    }
    Prepared prepared = new Prepared();
    for (TableNeeds need : needs.values()) {
      Known table = known.get(need.tableId);
      prepared.add(table.table);
      preparePartitions(table, need, prepared);
    }
    return prepared;
  }

  private boolean covered(TableNeeds need) {
    Known table = known.get(need.tableId);
    return table != null
        && need.columns.stream().allMatch(table.shape::has)
        && (need.mergeKey.isEmpty() || need.mergeKey.equals(table.mergeKey));
  }

  private void makeTables(List<TableNeeds> needs) {
    Map<Integer, TableNeeds> byTable = new TreeMap<>();
    needs.forEach(n -> byTable.put(n.tableId, n));
    Map<Integer, TargetTable> tables =
        transactions.ledger(c -> TargetTables.withSiblings(c, byTable.keySet()));
    Map<Integer, List<TargetTable>> targets = new TreeMap<>();
    for (TargetTable table : tables.values()) {
      targets.computeIfAbsent(table.targetId(), id -> new ArrayList<>()).add(table);
    }
    for (List<TargetTable> parts : targets.values()) {
      makeTarget(parts, byTable);
    }
    checkRegistered(byTable);
  }

  private void checkRegistered(Map<Integer, TableNeeds> needs) {
    for (TableNeeds need : needs.values()) {
      if (!known.containsKey(need.tableId)) {
        throw new UnknownTable(need.tableId);
      }
    }
  }

  private void makeTarget(List<TargetTable> parts, Map<Integer, TableNeeds> needs) {
    TableNeeds example =
        parts.stream().map(p -> needs.get(p.id())).filter(n -> n != null).findFirst().orElseThrow();
    Optional<Feed> feed = feeds.apply(example.feed);
    Grants grants = feed.map(f -> f.target().grants()).orElse(TableMaker.NO_GRANTS);
    TargetTable first = parts.get(0);
    if (first.layout() == Layout.ROWS) {
      ddl.change(
          first,
          c -> {
            SchemaDdl.createSchema(c, first.schema(), grants);
            return null;
          });
    } else {
      ddl.guard(first, () -> dimensions.ensureTables(first.schema(), grants));
    }
    boolean changed = false;
    for (TargetTable part : parts) {
      TableNeeds need = needs.get(part.id());
      if (need != null || first.layout() != Layout.ROWS) {
        changed |= makeTable(part, need, example, feed);
      }
    }
    if (first.layout() != Layout.ROWS && (changed || viewMissing(first))) {
      makeView(first, parts, grants);
    }
  }

  /** Rows are not held up by a view that others depend on or that nobody may make. */
  private void makeView(TargetTable first, List<TargetTable> parts, Grants grants) {
    try {
      ddl.change(first, c -> new ViewMaker(parts).make(c, grants));
    } catch (RefusedTarget e) {
      LOG.warn("view {} stays as it is: {}", ViewMaker.name(first), e.getMessage());
    }
  }

  private boolean viewMissing(TargetTable first) {
    return !transactions.ledger(
        c -> SchemaDdl.tableExists(c, first.schema(), ViewMaker.name(first)));
  }

  private boolean makeTable(
      TargetTable table, TableNeeds need, TableNeeds example, Optional<Feed> feed) {
    Set<Column> columns = need == null ? Set.of() : need.columns;
    TableMaker maker = new TableMaker(table, feed, columns, example.mergeKey);
    TableMaker.Made made = ddl.change(table, maker::make);
    Known before = known.get(table.id());
    Set<Long> partitions = before == null ? ConcurrentHashMap.newKeySet() : before.partitions;
    known.put(
        table.id(),
        new Known(table.withMade(made.bySluice()), made.shape(), example.mergeKey, partitions));
    return made.changed();
  }

  private void preparePartitions(Known table, TableNeeds need, Prepared prepared) {
    TargetTable target = table.table;
    if (!table.shape.partitioned() || !target.made() || target.timeColumn().isEmpty()) {
      return;
    }
    Feed feed = feeds.apply(need.feed).orElseThrow(() -> withoutFeed(target, need));
    TimePartitions partitions = new TimePartitions(feed.target().partition(), feed.zone());
    prepared.partitioning(target.id(), partitions);
    PartitionMaker maker = new PartitionMaker(target, feed, timeType(table));
    for (long micros : need.partitions) {
      Instant start = partitions.startOf(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
      if (table.partitions.contains(micros) || madeNow(table, maker, partitions, start, micros)) {
        prepared.partition(target.id(), micros, maker.name(start));
      } else {
        prepared.refuse(target.id(), micros);
        prepared.refuse(target.id(), ChronoUnit.MICROS.between(Instant.EPOCH, start));
      }
    }
  }

  private boolean madeNow(
      Known table, PartitionMaker maker, TimePartitions partitions, Instant start, long micros) {
    boolean there =
        transactions.ledger(c -> SchemaDdl.tableExists(c, table.table.schema(), maker.name(start)));
    if (!there && !partitions.mayMake(start, clock.instant())) {
      return false;
    }
    ddl.change(table.table, c -> maker.make(c, start));
    table.partitions.add(micros);
    return true;
  }

  private static RefusedTarget withoutFeed(TargetTable table, TableNeeds need) {
    return new RefusedTarget(
        Set.of(table.id()),
        "feed_unknown",
        "feed %s is not defined any more, so that nothing says how %s is partitioned; define it again, then run: sluice parked resume"
            .formatted(need.feed, table.display()),
        null);
  }

  private static PgType timeType(Known table) {
    Integer oid = table.shape.types().get(table.table.timeColumn().orElseThrow());
    return oid == null ? PgType.TIMESTAMPTZ : PgType.ofOid(oid).orElse(PgType.TIMESTAMPTZ);
  }
}
