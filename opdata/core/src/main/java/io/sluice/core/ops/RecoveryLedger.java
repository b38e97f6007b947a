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
import io.sluice.core.work.WorkState;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The statements of {@link Recovery}. */
final class RecoveryLedger {

  /**
   * Files of a pack that closed.
   *
   * @param path of the first of them
   */
  record Closed(String feed, long pack, List<Long> ids, String path) {}

  private static final long FILE_SEQUENCE = (1L << 40) - 1;

  private final Transactions transactions;
  private final LedgerPartitions partitions;

  RecoveryLedger(Transactions transactions, LedgerPartitions partitions) {
    this.transactions = transactions;
    this.partitions = partitions;
  }

  /** The one that the next recovery raises it to. */
  long nextEpoch() {
    return transactions.ledger(
        c -> Sql.number(c, "select value + 1 from sluice.meta where name = 'epoch'"));
  }

  long raiseEpoch() {
    String sql = "update sluice.meta set value = value + 1 where name = 'epoch' returning value";
    return transactions.durable(c -> Sql.number(c, sql));
  }

  /** Files in batches; none of those batches counts after a restore. */
  int queued() {
    return transactions.ledger(
        c ->
            (int)
                Sql.number(
                    c, "select count(*) from sluice.work where state = ?", WorkState.QUEUED.id()));
  }

  /** Messages and chunks of the time after the restored point fit none of these any more. */
  int resetWork(int handling) {
    return transactions.durable(
        c -> {
          int reset = Work.restored(c, handling);
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

  /**
   * Of these files, those that the ledger has under their own ids, by one of the feed's names. The
   * host may have been renamed since.
   */
  Set<Long> known(List<String> feeds, List<RawIdentity> files) {
    return new HashSet<>(
        transactions.ledger(
            c ->
                Sql.list(
                    c,
                    "select id from sluice.file join unnest(?::bigint[], ?::text[], ?::timestamptz[])"
                        + " as k (id, path, mtime) using (id, path, mtime)"
                        + " where feed = any (?) and day = any (?)",
                    row -> row.getLong(1),
                    Sql.array("bigint", files, RawIdentity::fileId),
                    Sql.array("text", files, RawIdentity::path),
                    Sql.array("timestamptz", files, RawIdentity::mtime),
                    Sql.texts(feeds),
                    days(files))));
  }

  /** Of these files, those whose ids belong to other files now. */
  Set<Long> taken(List<String> feeds, List<RawIdentity> files) {
    List<Long> ids = files.stream().map(RawIdentity::fileId).toList();
    String sql = "select id from sluice.file where id = any (?) and day = any (?)";
    Set<Long> taken =
        new HashSet<>(
            transactions.ledger(
                c -> Sql.list(c, sql, row -> row.getLong(1), Sql.longs(ids), days(files))));
    taken.removeAll(known(feeds, files));
    return taken;
  }

  /** Whether a scan has found the file's content again meanwhile. */
  boolean foundAgain(List<String> feeds, RawIdentity file) {
    return transactions.ledger(
        c ->
            Sql.exists(
                c,
                "select from sluice.file where day in (?, ?) and path_key = any (?) and mtime = ?"
                    + " and size = ?",
                FileIds.day(file.mtime()),
                FileIds.OUTSIDE,
                Sql.array("uuid", feeds, feed -> FileIds.pathKey(feed, file.host(), file.path())),
                file.mtime(),
                file.size()));
  }

  long newFileId(RawIdentity file) {
    long number = transactions.ledger(c -> Sql.number(c, "select nextval('sluice.file_seq')"));
    return FileIds.id(FileIds.dayOf(file.fileId()), number);
  }

  long newToken() {
    return transactions.ledger(c -> Sql.number(c, "select sluice.new_token()"));
  }

  private static Sql.Items days(List<RawIdentity> files) {
    return FileIds.days(files.stream().map(RawIdentity::fileId).toList());
  }

  /** Closed files are handled again. */
  int restart(List<Long> ids, int handling) {
    return transactions.ledger(c -> Work.again(c, ids, true, handling)).size();
  }

  /**
   * Files of one pack that the ledger does not know wait to be handled.
   *
   * @return how many were new; the others a scan has found again
   */
  int insert(String feed, long pack, List<RawIdentity> files, int handling) {
    partitions.ensure(files.stream().map(f -> FileIds.dayOf(f.fileId())).distinct().toList());
    return transactions.ledger(c -> Work.remembered(c, feed, pack, files, handling));
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

  /** Closed since, by pack; those in flight again are not among them. */
  List<Closed> closedSince(Instant since) {
    String sql =
        """
        select feed, pack, array_agg(id order by id) as ids, (array_agg(path order by id))[1] as path
        from sluice.file f
        where closed_at >= ? and pack is not null and handling > 0
          and state in ('loaded', 'settled', 'rejected', 'dead')
          and not exists (select from sluice.work w where w.file_id = f.id)
        group by feed, pack
        """;
    return transactions.ledger(c -> Sql.list(c, sql, Records.of(Closed.class), since));
  }
}
