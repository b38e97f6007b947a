package io.sluice.loader.table;

import io.sluice.core.catalog.Dimensions;
import io.sluice.core.catalog.SchemaDdl;
import io.sluice.core.chunk.Column;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedTarget.Grants;
import io.sluice.core.feed.Layout;
import io.sluice.core.sql.Transactions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Sees to it that tables, columns, indexes, views and partitions are there before a batch is
 * loaded. What it knows is only a hint: the load checks it again inside its transaction. Safe for
 * several threads.
 */
public final class Tables {

  /**
   * What is known of a table.
   *
   * @param parts of its target, itself included
   * @param partitions those that are there, as far as they were asked for
   */
  record Known(
      TargetTable table,
      List<TargetTable> parts,
      TableShape shape,
      List<String> mergeKey,
      Partitions.Made partitions) {}

  private final Transactions transactions;
  private final Function<String, Optional<Feed>> feeds;
  private final Ddl ddl;
  private final Views views;
  private final Partitions partitions;
  private final Map<Integer, Known> known = new ConcurrentHashMap<>();
  private long epoch = -1;

  /**
   * @param feeds by name, as they are now; empty for one that is not defined
   * @param lockTimeout how long a change waits for its lock
   */
  public Tables(
      Transactions transactions,
      Function<String, Optional<Feed>> feeds,
      Duration lockTimeout,
      Clock clock) {
    this.transactions = transactions;
    this.feeds = feeds;
    this.ddl = new Ddl(transactions, lockTimeout, clock);
    this.views = new Views(ddl, clock);
    this.partitions = new Partitions(transactions, ddl, clock);
  }

  /** Forgets everything when the registries have changed since. */
  public synchronized void atEpoch(long current) {
    if (current != epoch) {
      known.clear();
      epoch = current;
    }
  }

  /** Forgets a table: what was known of it has turned out wrong. */
  public void forget(int tableId) {
    known.remove(tableId);
  }

  /**
   * Makes what is missing.
   *
   * @throws RefusedTarget when a person must act first
   * @throws BusyTables when others hold a table that must be changed
   * @throws TypeChanged when a column has another type than the rows
   * @throws RegistryChanged when a table is not registered
   * @throws StaleTables when a table has gone meanwhile
   */
  public Prepared prepare(Map<Integer, TableNeeds> needs) {
    List<TableNeeds> unknown = needs.values().stream().filter(n -> !covered(n)).toList();
    if (!unknown.isEmpty()) {
      makeTables(unknown);
    }
    Prepared prepared = new Prepared();
    for (TableNeeds need : needs.values()) {
      Known table = known.get(need.tableId);
      if (table == null) {
        throw new StaleTables(Set.of(need.tableId), need.table + " was forgotten meanwhile", null);
      }
      prepared.add(table.table);
      if (table.shape.required().containsAll(need.mergeKey)) {
        prepared.wholeKeys(need.tableId);
      }
      withTargets(
          table.parts, () -> partitions.prepare(table, need, feeds.apply(need.feed), prepared));
      if (views.isDue(table.table.targetId())) {
        makeViews(List.of(need.tableId), need.feed);
      }
    }
    return prepared;
  }

  private boolean covered(TableNeeds need) {
    Known table = known.get(need.tableId);
    return table != null
        && table.table.display().equals(need.table)
        && need.columns.stream().allMatch(table.shape::has)
        && need.mergeKey.equals(table.mergeKey);
  }

  private void makeTables(List<TableNeeds> needs) {
    Map<Integer, TableNeeds> byTable = new TreeMap<>();
    needs.forEach(n -> byTable.put(n.tableId, n));
    Map<Integer, TargetTable> tables =
        transactions.ledger(c -> TargetTables.withSiblings(c, byTable.keySet()));
    for (TableNeeds need : needs) {
      TargetTable registered = tables.get(need.tableId);
      if (registered == null
          || !registered.display().equals(need.table)
          || !registered.takesRowsBy(need.mergeKey)) {
        throw RegistryChanged.of(need.tableId, need.table);
      }
    }
    Map<Integer, List<TargetTable>> targets = new TreeMap<>();
    for (TargetTable table : tables.values()) {
      targets.computeIfAbsent(table.targetId(), id -> new ArrayList<>()).add(table);
    }
    for (List<TargetTable> parts : targets.values()) {
      withTargets(parts, () -> makeTarget(parts, byTable));
    }
  }

  /** What is wrong with a part of a target concerns the files of all its parts. */
  private static void withTargets(List<TargetTable> parts, Runnable change) {
    Set<Integer> ids = parts.stream().map(TargetTable::id).collect(Collectors.toSet());
    try {
      change.run();
    } catch (RefusedTarget e) {
      throw new RefusedTarget(ids, e.reason(), e.getMessage(), e);
    } catch (BusyTables e) {
      throw new BusyTables(ids, e.getMessage(), e.pause(), e);
    }
  }

  private void makeTarget(List<TargetTable> parts, Map<Integer, TableNeeds> needs) {
    TableNeeds example =
        parts.stream().map(p -> needs.get(p.id())).filter(n -> n != null).findFirst().orElseThrow();
    Optional<Feed> feed = feeds.apply(example.feed);
    TargetTable first = parts.get(0);
    if (feed.isEmpty()) {
      refuseMissing(parts, example.feed);
    }
    makeSchema(first, grants(feed));
    boolean changed = false;
    for (TargetTable part : parts) {
      TableNeeds need = needs.get(part.id());
      if (need != null || first.layout() != Layout.ROWS) {
        changed |= makeTable(part, parts, need, example, feed);
      }
    }
    if (first.layout() != Layout.ROWS && (changed || viewMissing(first))) {
      views.make(parts, grants(feed));
    }
  }

  /** Only its feed says how a table is partitioned and who may read it, once and for all. */
  private void refuseMissing(List<TargetTable> parts, String feed) {
    for (TargetTable part : parts) {
      if (!transactions.ledger(c -> SchemaDdl.tableExists(c, part.schema(), part.name()))) {
        throw Partitions.withoutFeed(part, feed);
      }
    }
  }

  private static Grants grants(Optional<Feed> feed) {
    return feed.map(f -> f.target().grants()).orElse(TableMaker.NO_GRANTS);
  }

  /** Nothing is remembered of schemas and dimension tables: this is rare, and they may be gone. */
  private void makeSchema(TargetTable first, Grants grants) {
    if (first.layout() == Layout.ROWS) {
      ddl.change(
          first,
          c -> {
            SchemaDdl.createSchema(c, first.schema(), grants);
            return true;
          });
      return;
    }
    ddl.guard(
        first,
        () -> {
          new Dimensions(transactions).ensureTables(first.schema(), grants);
          return true;
        });
  }

  private boolean viewMissing(TargetTable first) {
    return !transactions.ledger(c -> SchemaDdl.tableExists(c, first.schema(), first.view()));
  }

  /**
   * Makes the views anew of tables that have lost theirs.
   *
   * @param feed name of the feed whose grants they get
   */
  public void makeViews(Collection<Integer> tableIds, String feed) {
    for (int id : tableIds) {
      Known table = known.get(id);
      if (table != null && table.table.layout() != Layout.ROWS) {
        List<Integer> parts = table.parts.stream().map(TargetTable::id).toList();
        Collection<TargetTable> now =
            transactions.ledger(c -> TargetTables.withSiblings(c, parts)).values();
        if (!now.isEmpty()) {
          views.make(List.copyOf(now), grants(feeds.apply(feed)));
        }
      }
    }
  }

  private boolean makeTable(
      TargetTable table,
      List<TargetTable> parts,
      TableNeeds need,
      TableNeeds example,
      Optional<Feed> feed) {
    Set<Column> columns = need == null ? Set.of() : need.columns;
    TableMaker maker = new TableMaker(table, feed, columns, example.mergeKey);
    TableMaker.Made made = ddl.change(table, maker::make);
    Known before = known.get(table.id());
    Partitions.Made partitionsMade = before == null ? new Partitions.Made() : before.partitions;
    TargetTable now = table.withMade(made.bySluice());
    known.put(table.id(), new Known(now, parts, made.shape(), example.mergeKey, partitionsMade));
    return made.changed();
  }
}
