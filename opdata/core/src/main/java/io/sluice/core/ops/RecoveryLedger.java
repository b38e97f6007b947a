package io.sluice.core.ops;

import io.sluice.core.ids.FileIds;
import io.sluice.core.ids.Tokens;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.RawIdentity;
import io.sluice.core.work.Batches;
import io.sluice.core.work.Checksum;
import io.sluice.core.work.RawPlace;
import io.sluice.core.work.Work;
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

  private static final long FILE_SEQUENCE = (1L << 40) - 1;

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

  /** New files and objects must not get numbers that staging has already. */
  void passSequences(long token, List<Long> fileIds) {
    long file = fileIds.stream().mapToLong(id -> id & FILE_SEQUENCE).max().orElse(0);
    pass("file_seq", file);
    pass("token_seq", Tokens.sequence(token));
  }

  private void pass(String sequence, long number) {
    String sql =
        "select setval('sluice.%1$s', ?) from sluice.%1$s where last_value < ? or not is_called"
            .formatted(sequence);
    if (number > 0) {
      transactions.durable(c -> Sql.list(c, sql, row -> row.getLong(1), number, number));
    }
  }

  /** Of these files, those that the ledger has under their own ids. */
  Set<Long> known(String feed, List<RawIdentity> files) {
    return new HashSet<>(
        transactions.ledger(
            c ->
                Sql.list(
                    c,
                    "select f.id from sluice.file f join unnest(?::bigint[], ?::uuid[]) as k (id, path_key)"
                        + " on k.id = f.id and k.path_key = f.path_key where f.day = any (?)",
                    row -> row.getLong(1),
                    Sql.array("bigint", files, RawIdentity::fileId),
                    Sql.array("uuid", files, f -> FileIds.pathKey(feed, f.host(), f.path())),
                    days(files))));
  }

  /** Of these files, those whose ids belong to other files now. */
  Set<Long> taken(String feed, List<RawIdentity> files) {
    List<Long> ids = files.stream().map(RawIdentity::fileId).toList();
    String sql = "select id from sluice.file where id = any (?) and day = any (?)";
    Set<Long> taken =
        new HashSet<>(
            transactions.ledger(
                c -> Sql.list(c, sql, row -> row.getLong(1), Sql.longs(ids), days(files))));
    taken.removeAll(known(feed, files));
    return taken;
  }

  /** Whether a scan has found the file's content again meanwhile. */
  boolean foundAgain(String feed, RawIdentity file) {
    return transactions.ledger(
        c ->
            Sql.exists(
                c,
                "select from sluice.file where day in (?, ?) and path_key = ? and mtime = ?"
                    + " and size = ?",
                FileIds.day(file.mtime()),
                FileIds.OUTSIDE,
                FileIds.pathKey(feed, file.host(), file.path()),
                file.mtime(),
                file.size()));
  }

  long newFileId(RawIdentity file) {
    long number = next("select nextval('sluice.file_seq')");
    return FileIds.id(FileIds.dayOf(file.fileId()), number);
  }

  long newToken() {
    return next("select sluice.new_token()");
  }

  private long next(String sql) {
    return transactions.ledger(c -> Sql.one(c, sql, row -> row.getLong(1)));
  }

  private static Sql.Items days(List<RawIdentity> files) {
    return FileIds.days(files.stream().map(RawIdentity::fileId).toList());
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

  /** Files that the restored ledger wants to fetch, though their bytes are there already. */
  int skipFetch(long pack, List<RawIdentity> files) {
    return transactions.ledger(
        c ->
            Work.foundStaged(
                c,
                files.stream()
                    .map(
                        file ->
                            new Work.Fetched(
                                file.fileId(),
                                new Checksum(file.sha256()),
                                new RawPlace(pack, file.offset())))
                    .toList()));
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
