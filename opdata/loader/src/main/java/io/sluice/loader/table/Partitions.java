package io.sluice.loader.table;

import io.sluice.core.catalog.TimePartitions;
import io.sluice.core.chunk.PgType;
import io.sluice.core.feed.Feed;
import io.sluice.core.sql.Transactions;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Sees to it that the partitions are there that a batch needs and may have (D9). */
final class Partitions {

  /** What a feed says one partition holds, and where one begins. */
  private record Period(TimePartitions how, Instant start) {}

  /**
   * Names of the partitions that hold the periods that were looked at. Safe for several threads.
   */
  static final class Made {
    private final Map<Period, Set<String>> names = new ConcurrentHashMap<>();
  }

  private final Transactions transactions;
  private final Ddl ddl;
  private final Clock clock;

  Partitions(Transactions transactions, Ddl ddl, Clock clock) {
    this.transactions = transactions;
    this.ddl = ddl;
    this.clock = clock;
  }

  void prepare(Tables.Known table, TableNeeds need, Optional<Feed> feed, Prepared prepared) {
    TargetTable target = table.table();
    if (!table.shape().partitioned() || !target.made() || target.timeColumn().isEmpty()) {
      return;
    }
    Feed defined = feed.orElseThrow(() -> withoutFeed(target, need.feed));
    TimePartitions how = new TimePartitions(defined.target().partition(), defined.zone());
    if (!how.partitioned()) {
      throw notPartitioned(target, defined);
    }
    prepared.partitioning(target.id(), how);
    PartitionMaker maker = new PartitionMaker(target, defined, timeType(table));
    for (long micros : need.partitions) {
      Instant start = how.startOf(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
      Period period = new Period(how, start);
      Set<String> names = table.partitions().names.get(period);
      if (names == null) {
        names = madeNow(target, maker, how, start);
      }
      if (names.isEmpty()) {
        prepared.refuse(target.id(), micros);
        prepared.refuse(target.id(), ChronoUnit.MICROS.between(Instant.EPOCH, start));
      } else {
        table.partitions().names.put(period, names);
        prepared.partitions(target.id(), names);
      }
    }
  }

  /** None where something is missing of a period outside the window. */
  private Set<String> madeNow(
      TargetTable table, PartitionMaker maker, TimePartitions how, Instant start) {
    Set<String> there = transactions.ledger(c -> maker.whole(c, start));
    return there.isEmpty() && how.mayMake(start, clock.instant())
        ? ddl.change(table, c -> maker.make(c, start))
        : there;
  }

  static RefusedTarget withoutFeed(TargetTable table, String feed) {
    return new RefusedTarget(
        Set.of(table.id()),
        "unknown_feed",
        "feed %s is no longer defined, so nothing says how %s is partitioned; define it again"
            .formatted(feed, table.display()),
        null);
  }

  private static RefusedTarget notPartitioned(TargetTable table, Feed feed) {
    return new RefusedTarget(
        Set.of(table.id()),
        "target_changed",
        "%starget.partition.by is none, but %s is partitioned by time; set it back, or name another table in target.table"
            .formatted(feed.at("target.partition.by"), table.display()),
        null);
  }

  private static PgType timeType(Tables.Known table) {
    Integer oid = table.shape().types().get(table.table().timeColumn().orElseThrow());
    return oid == null ? PgType.TIMESTAMPTZ : PgType.ofOid(oid).orElse(PgType.TIMESTAMPTZ);
  }
}
