package io.sluice.core.catalog;

import io.sluice.core.chunk.PgType;
import io.sluice.core.feed.Feed;
import io.sluice.core.sql.Transactions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counter → table, column, type (D8): registers what is new before rows are encoded, remembers the
 * rest. The tables themselves are made by the loader, from the same registry. Safe for several
 * threads.
 */
public final class Catalog {

  private record TargetKey(String schema, String sourceName) {}

  private record CounterKey(String counter, ValueKind kind) {}

  private final Transactions transactions;
  private final Map<TargetKey, Target> targets = new ConcurrentHashMap<>();
  private final Map<Integer, Map<CounterKey, TargetColumn>> columns = new ConcurrentHashMap<>();
  private long epoch = -1;

  public Catalog(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Forgets everything when the ledger has been recovered since (HandleClaim.epoch()). */
  public synchronized void atEpoch(long current) {
    if (current != epoch) {
      targets.clear();
      columns.clear();
      epoch = current;
    }
  }

  /**
   * The logical table of a group.
   *
   * @param group measInfoId as sent; any text for targets whose template has no placeholder
   * @throws io.sluice.core.fate.ParkTarget {@code schema_limit} when the feed made too many tables
   *     today
   */
  public Target target(Feed feed, String group) {
    TargetName name = TargetName.of(feed, group);
    TargetKey key = new TargetKey(name.schema(), name.sourceName());
    Target known = targets.get(key);
    if (known == null) {
      known = transactions.durable(c -> CatalogStore.target(c, feed, name));
      targets.put(key, known);
    }
    return known;
  }

  /**
   * The columns asked for, in the same order; missing ones are registered in one transaction.
   *
   * @throws io.sluice.core.fate.ParkTarget {@code schema_limit} when the feed added too many
   *     columns today
   */
  public List<TargetColumn> columns(Feed feed, Target target, Collection<ColumnKey> keys) {
    Map<CounterKey, TargetColumn> known = known(target);
    List<ColumnKey> missing =
        keys.stream()
            .filter(k -> !known.containsKey(key(k.counter(), k.kind())))
            .distinct()
            .toList();
    if (!missing.isEmpty()) {
      remember(target, transactions.durable(c -> CatalogStore.register(c, feed, target, missing)));
    }
    Map<CounterKey, TargetColumn> all = columns.get(target.id());
    List<TargetColumn> result = new ArrayList<>(keys.size());
    keys.forEach(k -> result.add(all.get(key(k.counter(), k.kind()))));
    return result;
  }

  /** The columns a target has now, of every kind, by ordinal. */
  public List<TargetColumn> allColumns(Target target) {
    return known(target).values().stream()
        .sorted(java.util.Comparator.comparingInt(TargetColumn::ordinal))
        .toList();
  }

  /** Types of the columns that the target's first table has in the database; empty without it. */
  public Map<String, PgType> typesInDatabase(Target target) {
    return transactions.ledger(c -> CatalogStore.typesInDatabase(c, target));
  }

  private Map<CounterKey, TargetColumn> known(Target target) {
    return columns.computeIfAbsent(
        target.id(), id -> byKey(transactions.ledger(c -> CatalogStore.columns(c, target))));
  }

  private synchronized void remember(Target target, List<TargetColumn> all) {
    columns.put(target.id(), byKey(all));
  }

  private static Map<CounterKey, TargetColumn> byKey(List<TargetColumn> list) {
    Map<CounterKey, TargetColumn> map = new HashMap<>();
    list.forEach(c -> map.put(key(c.counter(), c.kind()), c));
    return map;
  }

  private static CounterKey key(String counter, ValueKind kind) {
    return new CounterKey(counter, kind);
  }
}
