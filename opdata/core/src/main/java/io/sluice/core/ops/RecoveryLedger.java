package io.sluice.core.ops;

import io.sluice.core.ids.FileIds;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.RawIdentity;
import io.sluice.core.work.Batches;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The statements of {@link Recovery}. */
final class RecoveryLedger {

  /** A file that closed. */
  record Closed(long id, String feed, long pack) {}

  private static final long SEQUENCE = (1L << 40) - 1;

  private final Transactions transactions;
  private final LedgerPartitions partitions;

  RecoveryLedger(Transactions transactions, LedgerPartitions partitions) {
    this.transactions = transactions;
    this.partitions = partitions;
  }

  long raiseEpoch() {
    String sql = "update sluice.meta set value = value + 1 where name = 'epoch' returning value";
    return transactions.durable(c -> Sql.one(c, sql, row -> row.getLong(1)));
  }

  /** Messages and chunks of the time after the restored point fit none of these any more. */
  int resetWork(int handling) {
    String sql =
        """
        update sluice.work set stage = case stage when 'load' then 'handle' else stage end, state = 'waiting',
               batch = null, attempts = 0, entered_at = now()
        where state = 'queued'
        """;
    return transactions.durable(
        c -> {
          Sql.update(c, "update sluice.work set handling = greatest(handling, ?)", handling);
          int reset = Sql.update(c, sql);
          Batches.deleteAll(c);
          return reset;
        });
  }

  /** New files must not get ids that staging has already. */
  void passSequence(List<Long> ids) {
    long highest = ids.stream().mapToLong(id -> id & SEQUENCE).max().orElse(0);
    String sql =
        "select setval('sluice.file_seq', ?) from sluice.file_seq where last_value < ? or not is_called";
    transactions.durable(c -> Sql.list(c, sql, row -> row.getLong(1), highest, highest));
  }

  List<Long> known(List<Long> ids) {
    String sql = "select id from sluice.file where id = any (?) and day = any (?)";
    return transactions.ledger(
        c -> Sql.list(c, sql, row -> row.getLong(1), Sql.longs(ids), FileIds.days(ids)));
  }

  /** Closed files that had been handled are handled again; those in flight are left alone. */
  int restart(List<Long> ids, int handling) {
    if (ids.isEmpty()) {
      return 0;
    }
    String sql =
        """
        select id from sluice.file where id = any (?) and day = any (?)
          and handling > 0 and state in ('loaded', 'settled', 'rejected', 'dead')
        """;
    return transactions.ledger(
        c -> {
          Set<Long> handled =
              new HashSet<>(
                  Sql.list(c, sql, row -> row.getLong(1), Sql.longs(ids), FileIds.days(ids)));
          return Replay.restart(c, handled, Replay.From.STAGING, handling);
        });
  }

  /**
   * Files of one pack that the ledger does not know wait to be handled.
   *
   * @return how many were new; the others a scan has found again
   */
  int insert(String feed, long pack, List<RawIdentity> files, int handling) {
    partitions.ensure(files.stream().map(f -> FileIds.dayOf(f.fileId())).distinct().toList());
    return transactions.ledger(
        c -> {
          int inserted = 0;
          for (RawIdentity file : files) {
            inserted += insert(c, feed, pack, file, handling);
          }
          return inserted;
        });
  }

  private static int insert(Connection c, String feed, long pack, RawIdentity file, int handling)
      throws SQLException {
    String sql =
        """
        with known as (
          insert into sluice.file (id, day, path_key, feed, host, path, size, mtime, checksum, parent, bulk)
          values (?, ?, ?, ?, ?, ?, ?, ?, decode(?::text, 'hex'), ?::bigint, true)
          on conflict do nothing returning *)
        insert into sluice.work (file_id, feed, host, path, size, mtime, stage, state, bulk, parent, settle, checksum,
                                 pack, pack_offset, period, handling)
        select id, feed, host, path, size, mtime, 'handle', 'waiting', true, parent, ?, checksum, ?, ?, mtime, ?
        from known
        """;
    return Sql.update(
        c,
        sql,
        file.fileId(),
        FileIds.dayOf(file.fileId()),
        FileIds.pathKey(feed, file.host(), file.path()),
        feed,
        file.host(),
        file.path(),
        file.size(),
        file.mtime(),
        file.sha256(),
        file.parent(),
        file.settle(),
        pack,
        file.offset(),
        handling);
  }

  List<Closed> closedSince(Instant since) {
    String sql =
        """
        select id, feed, pack from sluice.file
        where closed_at >= ? and found_at < ? and pack is not null and handling > 0 and state in ('loaded', 'settled', 'rejected', 'dead')
        """;
    return transactions.ledger(
        c ->
            Sql.list(
                c,
                sql,
                row -> new Closed(row.getLong("id"), row.getString("feed"), row.getLong("pack")),
                since,
                since));
  }
}
