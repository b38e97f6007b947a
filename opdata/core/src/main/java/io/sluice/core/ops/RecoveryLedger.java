package io.sluice.core.ops;

import io.sluice.core.ledger.FileIds;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.RawIdentity;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** The statements of {@link Recovery}. */
final class RecoveryLedger {

  /** A file that closed. */
  record Closed(long id, String feed, Instant foundAt) {}

  /** What became of the identities of a batch that the ledger did not know. */
  record Inserted(int remembered, int foundAgain) {}

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
        with reset as (
          update sluice.work set stage = case stage when 'load' then 'handle' else stage end, state = 'waiting',
                 handling = greatest(handling, ?), current = 0, attempts = 0, entered_at = now(), lease_until = null,
                 published_at = null
          where stage in ('fetch', 'handle', 'load') and state = 'queued' returning file_id),
        chunks as (delete from sluice.chunk c using reset r where c.file_id = r.file_id)
        select count(*) from reset
        """;
    String rest =
        """
        update sluice.work set handling = greatest(handling, ?),
               published_at = case state when 'queued' then null else published_at end
        where stage = 'settle' or state <> 'queued'
        """;
    return transactions.durable(
        c -> {
          Sql.update(c, rest, handling);
          return Sql.one(c, sql, row -> row.getInt(1), handling);
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

  /** Whether the file's id belongs to another file now. */
  boolean isTaken(RawIdentity file) {
    String sql = "select from sluice.file where id = ? and day = ? and path_key <> ?";
    return !transactions
        .ledger(
            c ->
                Sql.list(
                    c, sql, row -> true, file.fileId(), FileIds.dayOf(file.fileId()), key(file)))
        .isEmpty();
  }

  RawIdentity renumbered(RawIdentity file) {
    String sql = "select nextval('sluice.file_seq')";
    long sequence = transactions.ledger(c -> Sql.one(c, sql, row -> row.getLong(1)));
    return new RawIdentity(
        FileIds.id(FileIds.dayOf(file.fileId()), sequence),
        file.feed(),
        file.host(),
        file.path(),
        file.size(),
        file.mtime(),
        file.foundAt(),
        file.sha256(),
        file.parent(),
        file.bulk(),
        file.settle(),
        file.archive());
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

  Inserted insert(List<RawIdentity> files, int handling) {
    partitions.ensure(files.stream().map(f -> FileIds.dayOf(f.fileId())).distinct().toList());
    List<Long> ids = files.stream().map(RawIdentity::fileId).toList();
    return transactions.ledger(
        c -> {
          Set<Long> known =
              new HashSet<>(
                  Sql.list(
                      c,
                      "select id from sluice.file where id = any (?) and day = any (?)",
                      row -> row.getLong(1),
                      Sql.longs(ids),
                      FileIds.days(ids)));
          int remembered = 0;
          int foundAgain = 0;
          for (RawIdentity file : files) {
            if (!known.contains(file.fileId())) {
              boolean inserted = insert(c, file, handling);
              remembered += inserted ? 1 : 0;
              foundAgain += inserted ? 0 : 1;
            }
          }
          return new Inserted(remembered, foundAgain);
        });
  }

  private static boolean insert(Connection c, RawIdentity file, int handling) throws SQLException {
    String sql =
        """
        with known as (
          insert into sluice.file (id, day, path_key, feed, host, path, size, mtime, checksum, parent, bulk, found_at)
          values (?, ?, ?, ?, ?, ?, ?, ?, decode(?::text, 'hex'), ?::bigint, true, ?)
          on conflict do nothing returning *)
        insert into sluice.work (file_id, feed, host, stage, state, bulk, parent, settle, checksum, period, handling)
        select id, feed, host, 'handle', 'waiting', true, parent, ?, checksum, mtime, ? from known
        """;
    return Sql.update(
            c,
            sql,
            file.fileId(),
            FileIds.dayOf(file.fileId()),
            key(file),
            file.feed(),
            file.host(),
            file.path(),
            file.size(),
            file.mtime(),
            file.sha256(),
            file.parent(),
            file.foundAt(),
            file.settle(),
            handling)
        == 1;
  }

  /** Files the restored ledger wants to fetch, though their bytes are there already. */
  int skipFetch(List<RawIdentity> files) {
    String sql =
        """
        update sluice.work set stage = 'handle', state = 'waiting', attempts = 0, entered_at = now(),
               lease_until = null, published_at = null
        where file_id = any (?) and stage = 'fetch' and state = 'waiting'
        """;
    Long[] ids = files.stream().map(RawIdentity::fileId).toArray(Long[]::new);
    return transactions.ledger(c -> Sql.update(c, sql, (Object) ids));
  }

  List<Closed> closedSince(Instant since) {
    String sql =
        """
        select id, feed, found_at from sluice.file
        where closed_at >= ? and found_at < ? and handling > 0 and state in ('loaded', 'settled', 'rejected', 'dead')
        """;
    return transactions.ledger(
        c ->
            Sql.list(
                c,
                sql,
                row ->
                    new Closed(
                        row.getLong("id"), row.getString("feed"), Sql.instant(row, "found_at")),
                since,
                since));
  }

  private static UUID key(RawIdentity file) {
    return FileIds.pathKey(file.feed(), file.host(), file.path());
  }
}
