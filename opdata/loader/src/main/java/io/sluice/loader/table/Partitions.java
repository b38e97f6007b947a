package io.sluice.loader.table;

import io.sluice.core.catalog.SchemaDdl;
import io.sluice.core.catalog.TimePartitions;
import io.sluice.core.chunk.PgType;
import io.sluice.core.feed.Feed;
import io.sluice.core.sql.Transactions;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;

/** Sees to it that the partitions are there that a batch needs and may have (D9). */
final class Partitions {

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
    Feed defined = feed.orElseThrow(() -> withoutFeed(target, need));
    TimePartitions how = new TimePartitions(defined.target().partition(), defined.zone());
    prepared.partitioning(target.id(), how);
    PartitionMaker maker = new PartitionMaker(target, defined, timeType(table));
    for (long micros : need.partitions) {
      Instant start = how.startOf(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
      if (table.partitions().contains(micros) || madeNow(table, maker, how, start, micros)) {
        prepared.partition(target.id(), micros, maker.name(start));
      } else {
        prepared.refuse(target.id(), micros);
        prepared.refuse(target.id(), ChronoUnit.MICROS.between(Instant.EPOCH, start));
      }
    }
  }

  private boolean madeNow(
      Tables.Known table, PartitionMaker maker, TimePartitions how, Instant start, long micros) {
    String schema = table.table().schema();
    boolean there = transactions.ledger(c -> SchemaDdl.tableExists(c, schema, maker.name(start)));
    if (!there && !how.mayMake(start, clock.instant())) {
      return false;
    }
    ddl.change(table.table(), c -> maker.make(c, start));
    table.partitions().add(micros);
    return true;
  }

  private static RefusedTarget withoutFeed(TargetTable table, TableNeeds need) {
    return new RefusedTarget(
        Set.of(table.id()),
        "feed_unknown",
        "feed %s is no longer defined, so nothing says how %s is partitioned; define it again"
            .formatted(need.feed, table.display()),
        null);
  }

  private static PgType timeType(Tables.Known table) {
    Integer oid = table.shape().types().get(table.table().timeColumn().orElseThrow());
    return oid == null ? PgType.TIMESTAMPTZ : PgType.ofOid(oid).orElse(PgType.TIMESTAMPTZ);
  }
}
