package io.sluice.core.catalog;

import io.sluice.core.chunk.PgType;
import io.sluice.core.feed.Feed;
import io.sluice.core.sql.Transactions;
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

  /** What is declared is part of it: a feed that declares something else asks again. */
  private record TargetKey(Feed declared, TargetName name) {}

  private record CounterKey(String counter, ValueKind kind) {}

  /** The columns of a target by ordinal, and by counter. */
  private record Columns(List<TargetColumn> all, Map<CounterKey, TargetColumn> byCounter) {

    static Columns of(List<TargetColumn> all) {
      Map<CounterKey, TargetColumn> byCounter = new HashMap<>();
      all.forEach(c -> byCounter.put(new CounterKey(c.counter(), c.kind()), c));
      return new Columns(List.copyOf(all), byCounter);
    }
  }

  /** What is remembered of one epoch. */
  private static final class Known {
    private final long epoch;
    private final Map<TargetKey, Target> targets = new ConcurrentHashMap<>();
    private final Map<Integer, Columns> columns = new ConcurrentHashMap<>();

    Known(long epoch) {
      this.epoch = epoch;
    }
  }

  private final Transactions transactions;
  private volatile Known known = new Known(-1);

  public Catalog(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Forgets everything when the registries are another's since, see Claim.epoch(). */
  public synchronized void atEpoch(long current) {
    if (current != known.epoch) {
      known = new Known(current);
    }
  }

  /**
   * The logical table of a group, as the feed declares it now.
   *
   * @param group measInfoId as sent; any text for targets whose template has no placeholder
   * @throws io.sluice.core.fate.ParkTarget {@code schema_limit} when the feed made too many tables
   *     today, {@code target_changed} when its table cannot become what it declares
   */
  public Target target(Feed feed, String group) {
    TargetName name = TargetName.of(feed, group);
    TargetKey key = new TargetKey(feed, name);
    Known now = known;
    Target target = now.targets.get(key);
    if (target == null) {
      target = transactions.durable(c -> CatalogStore.target(c, feed, name));
      now.targets.put(key, target);
    }
    return target;
  }

  /**
   * The columns asked for, in the same order; missing ones are registered in one transaction.
   *
   * @throws io.sluice.core.fate.ParkTarget {@code schema_limit} when the feed added too many
   *     columns today
   */
  public List<TargetColumn> columns(Feed feed, Target target, Collection<ColumnKey> keys) {
    Known now = known;
    Columns columns = columns(now, target);
    List<ColumnKey> missing =
        keys.stream().filter(k -> !columns.byCounter.containsKey(key(k))).distinct().toList();
    Columns all = missing.isEmpty() ? columns : register(now, feed, target, missing);
    return keys.stream().map(k -> all.byCounter.get(key(k))).toList();
  }

  private Columns register(Known now, Feed feed, Target target, List<ColumnKey> missing) {
    Columns all =
        Columns.of(transactions.durable(c -> CatalogStore.register(c, feed, target, missing)));
    now.columns.merge(target.id(), all, (a, b) -> a.all.size() > b.all.size() ? a : b);
    return all;
  }

  /** The columns a target has, as far as is known here, of every kind, by ordinal. */
  public List<TargetColumn> allColumns(Target target) {
    return columns(known, target).all;
  }

  /** Types of the columns that the target's first table has in the database; empty without it. */
  public Map<String, PgType> typesInDatabase(Target target) {
    return transactions.ledger(c -> CatalogStore.typesInDatabase(c, target));
  }

  private Columns columns(Known now, Target target) {
    return now.columns.computeIfAbsent(
        target.id(), id -> Columns.of(transactions.ledger(c -> CatalogStore.columns(c, target))));
  }

  private static CounterKey key(ColumnKey key) {
    return new CounterKey(key.counter(), key.kind());
  }
}
