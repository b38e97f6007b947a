package io.sluice.core.work;

import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The one owner of sluice.batch; each method is one or two statements in the caller's transaction.
 */
public final class Batches {

  /** Files that are to travel together: of one feed, in no particular order, never none. */
  public record Cut(String feed, List<Waiting> files) {

    public Cut {
      files = List.copyOf(files);
    }

    private long bytes() {
      return files.stream().mapToLong(Waiting::size).sum();
    }
  }

  private static final String CLAIM =
      """
      update sluice.batch set claim = sluice.new_token(), lease_until = now() + make_interval(secs => ?),
             attempts = attempts + 1
      where id = ? and stage = ? and (? or lease_until is null or lease_until < now())
      returning claim, feed, bulk, attempts, coalesce(chunk, 0) as chunk, chunks, chunks_done,
                (select value from sluice.meta where name = 'epoch') as epoch
      """;

  private static final String FILES =
      "select " + BatchFile.COLUMNS + " from sluice.work w where w.batch = ? order by w.file_id";

  /** A handling gets its number before any work is done. */
  private static final String FILES_TO_HANDLE =
      "update sluice.work w set handling = w.handling + 1 where w.batch = ? returning "
          + BatchFile.COLUMNS;

  private Batches() {}

  /**
   * Makes batches of waiting files; one that was taken away meanwhile is left out.
   *
   * @return a message for each
   */
  public static List<WorkMessage> cut(
      Connection connection, Stage stage, boolean bulk, List<Cut> cuts) throws SQLException {
    List<Long> ids =
        Sql.list(
            connection,
            "select sluice.new_token() from generate_series(1, ?)",
            row -> row.getLong(1),
            cuts.size());
    Sql.update(
        connection,
        """
        insert into sluice.batch (id, feed, bulk, stage, files, bytes)
        select id, feed, ?, ?, files, bytes from unnest(?::bigint[], ?::text[], ?::int[], ?::bigint[])
          as b (id, feed, files, bytes)
        """,
        bulk,
        stage.id(),
        Sql.longs(ids),
        Sql.array("text", cuts, Cut::feed),
        Sql.array("int", cuts, cut -> cut.files().size()),
        Sql.array("bigint", cuts, Cut::bytes));
    List<Long> files = new ArrayList<>();
    List<Long> batches = new ArrayList<>();
    List<WorkMessage> messages = new ArrayList<>();
    for (int i = 0; i < cuts.size(); i++) {
      for (Waiting file : cuts.get(i).files()) {
        files.add(file.fileId());
        batches.add(ids.get(i));
      }
      messages.add(new WorkMessage(stage, cuts.get(i).feed(), ids.get(i), bulk));
    }
    Work.queue(connection, stage, files, batches);
    return messages;
  }

  /**
   * Counts the attempt, before any work, and takes the lease.
   *
   * @param redelivered the broker took the message back from a worker that is gone, so its lease is
   *     void
   * @return empty when there is nothing to do: ended, at another stage, or with another worker
   */
  static Optional<Claim> claim(
      Connection connection, WorkMessage message, boolean redelivered, Duration lease)
      throws SQLException {
    Optional<Claim> claim =
        Sql.first(
            connection,
            CLAIM,
            row -> claim(row, message),
            lease,
            message.batch(),
            message.stage().id(),
            redelivered);
    return claim.isEmpty() ? claim : Optional.of(withFiles(connection, claim.get()));
  }

  private static Claim claim(ResultSet row, WorkMessage message) throws SQLException {
    return new Claim(
        message.batch(),
        row.getLong("claim"),
        message.stage(),
        row.getString("feed"),
        row.getBoolean("bulk"),
        row.getInt("attempts"),
        row.getLong("epoch"),
        row.getLong("chunk"),
        row.getInt("chunks"),
        row.getInt("chunks_done"),
        List.of());
  }

  private static Claim withFiles(Connection connection, Claim claim) throws SQLException {
    String sql = claim.stage() == Stage.HANDLE ? FILES_TO_HANDLE : FILES;
    List<BatchFile> files =
        new ArrayList<>(Sql.list(connection, sql, BatchFile::read, claim.batch()));
    files.sort(java.util.Comparator.comparingLong(BatchFile::id));
    return new Claim(
        claim.batch(),
        claim.token(),
        claim.stage(),
        claim.feed(),
        claim.bulk(),
        claim.attempts(),
        claim.epoch(),
        claim.chunk(),
        claim.chunks(),
        claim.chunksDone(),
        files);
  }

  /** Prolongs the lease; false when another worker has taken over. */
  static boolean renew(Connection connection, Claim claim, Duration lease) throws SQLException {
    return Sql.update(
            connection,
            "update sluice.batch set lease_until = now() + make_interval(secs => ?)"
                + " where id = ? and claim = ?",
            lease,
            claim.batch(),
            claim.token())
        == 1;
  }

  /** Ends a claim uncounted; the batch is as it was before, and its message brings it back. */
  static void giveBack(Connection connection, Claim claim) throws SQLException {
    Sql.update(
        connection,
        "update sluice.batch set lease_until = null, attempts = greatest(attempts - 1, 0)"
            + " where id = ? and claim = ?",
        claim.batch(),
        claim.token());
  }

  /**
   * Locks a claimed batch and its files, in id order, until the transaction ends.
   *
   * @return the files that are still in it; others were taken out meanwhile, by a person or a newer
   *     version
   * @throws LostClaim when another worker has taken over
   */
  public static Set<Long> lock(Connection connection, Claim claim) throws SQLException {
    String sql = "select from sluice.batch where id = ? and claim = ? and stage = ? for update";
    if (!Sql.exists(connection, sql, claim.batch(), claim.token(), claim.stage().id())) {
      throw new LostClaim(claim);
    }
    return new HashSet<>(Work.lockBatch(connection, claim.batch()));
  }

  /**
   * Ends a claim after its files have moved on or left: what is still in the batch goes to the next
   * stage together; a batch without files is deleted.
   *
   * @return the message to publish after the commit, if anything goes on
   */
  public static Optional<WorkMessage> advance(Connection connection, Claim claim, Stage next)
      throws SQLException {
    return advance(connection, claim, next, 0);
  }

  /**
   * The same after handling.
   *
   * @param chunks staged under the claim's token
   */
  public static Optional<WorkMessage> advance(
      Connection connection, Claim claim, Stage next, int chunks) throws SQLException {
    if (end(connection, claim)) {
      return Optional.empty();
    }
    Sql.update(
        connection,
        """
        update sluice.batch set stage = ?, entered_at = now(), published_at = now(), lease_until = null, attempts = 0,
               chunk = ?, chunks = ?, chunks_done = 0
        where id = ?
        """,
        next.id(),
        chunks == 0 ? null : claim.token(),
        chunks,
        claim.batch());
    return Optional.of(new WorkMessage(next, claim.feed(), claim.batch(), claim.bulk()));
  }

  /** Deletes a batch in which no file is left; false when some are. */
  public static boolean end(Connection connection, Claim claim) throws SQLException {
    return Sql.update(
            connection,
            "delete from sluice.batch b where id = ?"
                + " and not exists (select from sluice.work w where w.batch = b.id)",
            claim.batch())
        == 1;
  }

  /** Notes that one more chunk is loaded. */
  public static void chunkDone(Connection connection, Claim claim) throws SQLException {
    Sql.update(
        connection,
        "update sluice.batch set chunks_done = chunks_done + 1, entered_at = now() where id = ?",
        claim.batch());
  }

  /** A stage's live or bulk work. */
  public record Lane(Stage stage, boolean bulk) {}

  /** How many batches there are of each lane. */
  public static Map<Lane, Integer> inFlight(Connection connection) throws SQLException {
    return Sql.map(
        connection,
        "select stage, bulk, count(*) from sluice.batch group by stage, bulk",
        row -> new Lane(Stage.of(row.getString(1)), row.getBoolean(2)),
        row -> row.getInt(3));
  }

  /**
   * How many batches of each feed are at the handler and loader; feeds without one are left out.
   */
  public static Map<String, Integer> behindFetch(Connection connection) throws SQLException {
    return Sql.map(
        connection,
        "select feed, count(*) from sluice.batch where stage in ('handle', 'load') group by feed",
        row -> row.getString(1),
        row -> row.getInt(2));
  }

  /** A host as a feed uses it. */
  public record FeedHost(String feed, String host) {}

  /**
   * How many batches of a stage there are with files of each host.
   *
   * @param bulk whether bulk batches count too: live work does not stand back for them
   */
  public static Map<FeedHost, Integer> hosts(Connection connection, Stage stage, boolean bulk)
      throws SQLException {
    return Sql.map(
        connection,
        "select feed, host, count(distinct batch) from sluice.work"
            + " where batch is not null and stage = ? and (? or not bulk) group by feed, host",
        row -> new FeedHost(row.getString(1), row.getString(2)),
        row -> row.getInt(3),
        stage.id(),
        bulk);
  }

  /**
   * Takes batches apart whose messages could not be published, unless a worker has one all the
   * same.
   *
   * @return how many
   */
  public static int undo(Connection connection, Collection<WorkMessage> messages)
      throws SQLException {
    List<Long> unclaimed =
        Sql.list(
            connection,
            "delete from sluice.batch where id = any (?) and claim is null returning id",
            row -> row.getLong(1),
            Sql.array("bigint", messages, WorkMessage::batch));
    Work.unqueue(connection, unclaimed);
    return unclaimed.size();
  }

  /** Batches of a stage and lane whose message should be in the queue: no worker is at them. */
  public static long unclaimed(Connection connection, Stage stage, boolean bulk)
      throws SQLException {
    return Sql.one(
        connection,
        "select count(*) from sluice.batch where stage = ? and bulk = ?"
            + " and (lease_until is null or lease_until < now())",
        row -> row.getLong(1),
        stage.id(),
        bulk);
  }

  /**
   * Of those, the ones published longest ago, marked as published now.
   *
   * @param age published at least so long ago
   */
  public static List<WorkMessage> republish(
      Connection connection, Stage stage, boolean bulk, Duration age, int limit)
      throws SQLException {
    String sql =
        """
        update sluice.batch set published_at = now() where id in (
          select id from sluice.batch where stage = ? and bulk = ? and (lease_until is null or lease_until < now())
            and published_at < now() - make_interval(secs => ?)
          order by published_at limit ? for update skip locked)
        returning id, feed
        """;
    return Sql.list(
        connection,
        sql,
        row -> new WorkMessage(stage, row.getString("feed"), row.getLong("id"), bulk),
        stage.id(),
        bulk,
        age,
        limit);
  }

  /** Of these tokens, those whose chunks are to be loaded or are being written. */
  public static Set<Long> needed(Connection connection, Collection<Long> tokens)
      throws SQLException {
    return new HashSet<>(
        Sql.list(
            connection,
            "select chunk from sluice.batch where chunk = any (?)"
                + " union all select claim from sluice.batch where claim = any (?)",
            row -> row.getLong(1),
            Sql.longs(tokens),
            Sql.longs(tokens)));
  }

  /** Deletes all batches; their files are the caller's to move. For recovery. */
  public static int deleteAll(Connection connection) throws SQLException {
    return Sql.update(connection, "delete from sluice.batch");
  }
}
