package io.sluice.core.work;

import io.sluice.core.ids.FileIds;
import io.sluice.core.message.Stage;
import io.sluice.core.sql.Sql;
import io.sluice.core.staging.RawIdentity;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The one owner of sluice.work: every transition of a file in flight has a name here, and no other
 * class writes a state. Each is one statement, for any number of files, in the caller's
 * transaction.
 */
public final class Work {

  /** Round after round each feed's newest periods, leaving out what may not be picked now. */
  private static final String WAITING =
      """
      select w.* from unnest(?::text[]) as f (feed) cross join lateral (
        select w.file_id, w.feed, w.host, w.size, w.attempts, w.period,
               extract(epoch from clock_timestamp() - w.entered_at) * 1000 as waited
        from sluice.work w
        where w.state = 'waiting' and w.feed = f.feed and w.stage = ? and w.bulk = ? and w.not_before <= now()
          and w.host <> all (?) and not exists (select from sluice.pause p where p.feed = w.feed and p.host in ('', w.host))
          and not exists (
            select from sluice.scan s
            where (w.stage = 'settle' or w.stage = 'fetch' and w.pack is null) and s.feed = w.feed and s.host = w.host
              and s.error is not null and s.last_at > now() - interval '30 seconds')
        order by w.period desc limit ?) w
      """;

  private static final String LEAVE =
      """
      update sluice.work w set batch = null, stage = l.stage, state = l.state, attempts = l.attempts,
             not_before = now() + make_interval(secs => l.pause), entered_at = now(), reason = l.reason
      from unnest(?::bigint[], ?::text[], ?::text[], ?::int[], ?::float8[], ?::text[])
        as l (file_id, stage, state, attempts, pause, reason)
      where w.file_id = l.file_id
      """;

  /**
   * A new file as the scan found it.
   *
   * @param day the partition it belongs to
   * @param pathKey hash of feed, host and path
   * @param period end of its measurement period as its name tells, or null
   */
  public record Found(
      LocalDate day,
      UUID pathKey,
      String host,
      String path,
      long size,
      Instant mtime,
      Instant period,
      boolean bulk) {}

  /** What the ledger has already is left out by its unique key. */
  private static final String FOUND =
      """
      with offered as (
        select (((day - date '2000-01-01')::bigint << 40) | nextval('sluice.file_seq')) as id, *
        from unnest(?::date[], ?::uuid[], ?::text[], ?::text[], ?::bigint[], ?::timestamptz[], ?::timestamptz[],
                    ?::boolean[])
             as o (day, path_key, host, path, size, mtime, period, bulk)),
      made as (
        insert into sluice.file (id, day, path_key, feed, host, path, size, mtime, period, bulk, settle)
        select id, day, path_key, ?, host, path, size, mtime, period, bulk, ? from offered
        on conflict do nothing returning *)
      insert into sluice.work (file_id, feed, host, path, size, mtime, stage, state, bulk, settle, period)
      select id, feed, host, path, size, mtime, 'fetch', 'waiting', bulk, settle, coalesce(period, mtime) from made
      """;

  /**
   * Reason of files parked until somebody approves more tables or columns: its short name first.
   */
  public static final String IS_SCHEMA_LIMIT = "coalesce(reason, '') like 'schema\\_limit%'";

  private static final String UNPARK =
      "update sluice.work set state = 'waiting', attempts = 0, entered_at = now(), not_before = now()"
          + " where state = 'parked' and ";

  private Work() {}

  /**
   * Writes down new files of a feed: they wait to be fetched.
   *
   * @param settle whether their source wants an action after the commit
   * @return how many were new
   */
  public static int found(
      Connection connection, String feed, Collection<Found> files, boolean settle)
      throws SQLException {
    return Sql.update(
        connection,
        FOUND,
        Sql.array("date", files, Found::day),
        Sql.array("uuid", files, Found::pathKey),
        Sql.array("text", files, Found::host),
        Sql.array("text", files, Found::path),
        Sql.array("bigint", files, Found::size),
        Sql.array("timestamptz", files, Found::mtime),
        Sql.array("timestamptz", files, Found::period),
        Sql.array("boolean", files, Found::bulk),
        feed,
        settle);
  }

  /**
   * Files that had vanished before they were ever staged and that their source shows again, just
   * so, and files that were skipped and are wanted now: they wait to be fetched.
   *
   * @param days where their rows may be
   * @return how many
   */
  public static int reopen(
      Connection connection, Collection<Found> files, Collection<LocalDate> days, boolean settle)
      throws SQLException {
    return Sql.update(
        connection,
        """
        insert into sluice.work (file_id, feed, host, path, size, mtime, stage, state, bulk, settle, period, handling)
        select f.id, f.feed, f.host, f.path, f.size, f.mtime, 'fetch', 'waiting', f.bulk, ?,
               coalesce(f.period, f.mtime), f.handling
        from sluice.file f
        join unnest(?::uuid[], ?::timestamptz[], ?::bigint[]) as o (path_key, mtime, size)
          on o.path_key = f.path_key and o.mtime = f.mtime and o.size = f.size
        where f.day = any (?) and f.path_key = any (?) and f.pack is null
          and (f.state = 'skipped' or f.state = 'rejected' and f.reason like 'vanished:%')
        on conflict do nothing
        """,
        settle,
        Sql.array("uuid", files, Found::pathKey),
        Sql.array("timestamptz", files, Found::mtime),
        Sql.array("bigint", files, Found::size),
        Sql.array("date", days, day -> day),
        Sql.array("uuid", files, Found::pathKey));
  }

  /**
   * Files that may be picked now, the newest periods of each feed first. They are not locked: many
   * more are looked at than are taken, see {@link #queue}.
   *
   * @param busyHosts to be left alone
   * @param perFeed at most so many of each feed
   */
  public static List<Waiting> waiting(
      Connection connection,
      Stage stage,
      boolean bulk,
      Collection<String> feeds,
      Collection<String> busyHosts,
      int perFeed)
      throws SQLException {
    return Sql.list(
        connection,
        WAITING,
        row ->
            new Waiting(
                row.getLong("file_id"),
                row.getString("feed"),
                row.getString("host"),
                row.getLong("size"),
                row.getInt("attempts"),
                Sql.instant(row, "period"),
                Duration.ofMillis(row.getLong("waited"))),
        Sql.texts(feeds),
        stage.id(),
        bulk,
        Sql.texts(busyHosts),
        perFeed);
  }

  /** Puts files into batches, those that still wait at the stage. */
  static void queue(Connection connection, Stage stage, List<Long> files, List<Long> batches)
      throws SQLException {
    Sql.update(
        connection,
        """
        update sluice.work w set state = 'queued', batch = b.batch, entered_at = now()
        from unnest(?::bigint[], ?::bigint[]) as b (file_id, batch)
        where w.file_id = b.file_id and w.state = 'waiting' and w.stage = ?
        """,
        Sql.longs(files),
        Sql.longs(batches),
        stage.id());
  }

  /** Files of batches that are no more wait again. */
  static void unqueue(Connection connection, List<Long> batches) throws SQLException {
    Sql.update(
        connection,
        "update sluice.work set state = 'waiting', batch = null where batch = any (?)",
        Sql.longs(batches));
  }

  static List<Long> lockBatch(Connection connection, long batch) throws SQLException {
    return Sql.list(
        connection,
        "select file_id from sluice.work where batch = ? order by file_id for update",
        row -> row.getLong(1),
        batch);
  }

  /**
   * Locks files in id order, whatever they are doing.
   *
   * @return those in flight
   */
  public static List<Long> lock(Connection connection, Collection<Long> files) throws SQLException {
    return Sql.list(
        connection,
        "select file_id from sluice.work where file_id = any (?) order by file_id for update",
        row -> row.getLong(1),
        Sql.longs(files));
  }

  /** Takes files out of their batches; the caller has locked them. */
  public static void leave(Connection connection, Collection<Leaving> files) throws SQLException {
    if (files.isEmpty()) {
      return;
    }
    Sql.update(
        connection,
        LEAVE,
        Sql.array("bigint", files, Leaving::fileId),
        Sql.array("text", files, l -> l.stage().id()),
        Sql.array("text", files, l -> l.state().id()),
        Sql.array("int", files, Leaving::attempts),
        Sql.array("float8", files, l -> l.pause().toMillis() / 1000.0),
        Sql.array("text", files, l -> text(l.reason())));
  }

  /** Bytes of a file that lie in staging now. */
  public record Fetched(long fileId, Checksum checksum, RawPlace raw) {}

  /**
   * Fetched files go to the handler in the batch they are in, the first time with no attempt behind
   * them; what the handler sent back keeps its attempts, so that it ends.
   */
  public static void fetched(Connection connection, Collection<Fetched> files) throws SQLException {
    staged(
        connection,
        "stage = 'handle', attempts = case when w.checksum is null then 0 else w.attempts end,"
            + " entered_at = now(), reason = null, ",
        files,
        "");
  }

  /** Where the bytes of files lie that do not go on at once. */
  public static void staged(Connection connection, Collection<Fetched> files) throws SQLException {
    staged(connection, "", files, "");
  }

  /**
   * Files that wait to be fetched, though their bytes lie in staging, are taken from there.
   *
   * @return how many will be
   */
  public static int foundStaged(Connection connection, Collection<Fetched> files)
      throws SQLException {
    return staged(
        connection,
        "attempts = 0, not_before = now(), ",
        files,
        " and w.stage = 'fetch' and w.state = 'waiting'");
  }

  private static int staged(
      Connection connection, String change, Collection<Fetched> files, String condition)
      throws SQLException {
    if (files.isEmpty()) {
      return 0;
    }
    return Sql.update(
        connection,
        "update sluice.work w set "
            + change
            + "checksum = decode(f.checksum, 'hex'), pack = f.pack, pack_offset = f.pack_offset"
            + " from unnest(?::bigint[], ?::text[], ?::bigint[], ?::bigint[])"
            + " as f (file_id, checksum, pack, pack_offset) where w.file_id = f.file_id"
            + condition,
        Sql.array("bigint", files, Fetched::fileId),
        Sql.array("text", files, f -> f.checksum().hex()),
        Sql.array("bigint", files, f -> f.raw().pack()),
        Sql.array("bigint", files, f -> f.raw().offset()));
  }

  /**
   * A member of an archive, which sluice.file has already.
   *
   * @param stage where it goes on
   * @param pause before it may be picked there
   * @param reason why it waits, or null
   */
  public record Member(long fileId, Stage stage, Duration pause, String reason) {}

  /** Members of archives wait at their stage, by the lane of their archive. */
  public static void members(Connection connection, Collection<Member> members)
      throws SQLException {
    if (members.isEmpty()) {
      return;
    }
    Sql.update(
        connection,
        """
        insert into sluice.work (file_id, feed, host, path, size, mtime, stage, state, bulk, parent, checksum, pack,
                                 pack_offset, period, not_before, reason)
        select f.id, f.feed, f.host, f.path, f.size, f.mtime, m.stage, 'waiting', f.bulk, f.parent, f.checksum, f.pack,
               f.pack_offset, p.period, now() + make_interval(secs => m.pause), m.reason
        from unnest(?::bigint[], ?::text[], ?::float8[], ?::text[]) as m (file_id, stage, pause, reason)
        join sluice.file f on f.id = m.file_id and f.day = any (?)
        join sluice.work p on p.file_id = f.parent
        """,
        Sql.array("bigint", members, Member::fileId),
        Sql.array("text", members, m -> m.stage().id()),
        Sql.array("float8", members, m -> m.pause().toMillis() / 1000.0),
        Sql.array("text", members, Member::reason),
        FileIds.days(members.stream().map(Member::fileId).toList()));
  }

  /**
   * Files whose handling is current now go to the loader in the batch they are in. Their attempts
   * stay with them: a load that fails has them handled again.
   */
  public static void handled(Connection connection, Collection<HandledFile> files)
      throws SQLException {
    if (files.isEmpty()) {
      return;
    }
    Sql.update(
        connection,
        """
        update sluice.work w set stage = 'load', entered_at = now(), reason = null, unit = h.unit,
               read = h.read, collapsed = h.collapsed, rejected = h.rejected, conflicts = h.conflicts,
               loaded = 0, replaced = 0, dead = 0, rows = 0,
               table_rows = array_fill(0::bigint, array[cardinality(w.tables)]),
               element = h.element, first_time = h.first_time, last_time = h.last_time, notes = h.notes
        from unnest(?::bigint[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::text[],
                    ?::timestamptz[], ?::timestamptz[], ?::text[])
          as h (file_id, unit, read, collapsed, rejected, conflicts, element, first_time, last_time, notes)
        where w.file_id = h.file_id
        """,
        Sql.array("bigint", files, HandledFile::fileId),
        Sql.array("text", files, HandledFile::unit),
        Sql.array("bigint", files, HandledFile::read),
        Sql.array("bigint", files, HandledFile::collapsed),
        Sql.array("bigint", files, HandledFile::rejected),
        Sql.array("bigint", files, HandledFile::conflicts),
        Sql.array("text", files, HandledFile::element),
        Sql.array("timestamptz", files, HandledFile::firstTime),
        Sql.array("timestamptz", files, HandledFile::lastTime),
        Sql.array("text", files, file -> text(file.notes())));
  }

  /**
   * Members in flight belong to another archive now, which their files name.
   *
   * @return the archives they belonged to before
   */
  public static Set<Long> adopted(Connection connection, Collection<Long> members)
      throws SQLException {
    lock(connection, members);
    return new HashSet<>(
        Sql.list(
            connection,
            """
            with before as (select file_id, parent from sluice.work where file_id = any (?))
            update sluice.work w set parent = f.parent from sluice.file f, before b
            where f.id = w.file_id and f.day = any (?) and b.file_id = w.file_id
            returning b.parent
            """,
            row -> row.getLong(1),
            Sql.longs(members),
            FileIds.days(members)));
  }

  /** Adds what one load transaction did for each file. */
  public static void addLoaded(Connection connection, Collection<LoadedFile> files)
      throws SQLException {
    if (files.isEmpty()) {
      return;
    }
    Sql.update(
        connection,
        """
        update sluice.work w set loaded = w.loaded + c.loaded, collapsed = w.collapsed + c.collapsed,
               replaced = w.replaced + c.replaced, rejected = w.rejected + c.rejected, rows = w.rows + c.rows,
               (tables, table_rows) = (
                 select coalesce(array_agg(id order by id), '{}'), coalesce(array_agg(n order by id), '{}') from (
                   select id, sum(n)::bigint as n
                   from unnest(w.tables || c.tables::int[], w.table_rows || c.table_rows::bigint[]) as t (id, n)
                   group by id) t)
        from unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::text[], ?::text[])
          as c (file_id, loaded, collapsed, replaced, rejected, rows, tables, table_rows)
        where w.file_id = c.file_id
        """,
        Sql.array("bigint", files, LoadedFile::fileId),
        Sql.array("bigint", files, LoadedFile::loaded),
        Sql.array("bigint", files, LoadedFile::collapsed),
        Sql.array("bigint", files, LoadedFile::replaced),
        Sql.array("bigint", files, LoadedFile::rejected),
        Sql.array("bigint", files, LoadedFile::rows),
        Sql.array("text", files, LoadedFile::tableIds),
        Sql.array("text", files, LoadedFile::tableRows));
  }

  /**
   * Files whose rows are committed and whose source wants an action wait for it.
   *
   * @return those of the files that do; the others may close
   */
  public static List<Long> toSettle(Connection connection, Collection<Long> files)
      throws SQLException {
    return Sql.list(
        connection,
        """
        update sluice.work set stage = 'settle', state = 'waiting', batch = null, attempts = 0, entered_at = now(),
               not_before = now()
        where file_id = any (?) and settle and stage <> 'settle' returning file_id
        """,
        row -> row.getLong(1),
        Sql.longs(files));
  }

  /** Archives whose members are in the ledger now wait for them to close. */
  public static void expanded(Connection connection, Collection<Long> archives)
      throws SQLException {
    Sql.update(
        connection,
        """
        update sluice.work set stage = 'settle', state = 'expanded', batch = null, attempts = 0, entered_at = now(),
               reason = null
        where file_id = any (?)
        """,
        Sql.longs(archives));
  }

  /**
   * Archives, locked in id order, all of whose members have closed.
   *
   * @param archives of members that have just closed; the members are locked already
   */
  public static List<Long> complete(Connection connection, Collection<Long> archives)
      throws SQLException {
    lock(connection, archives);
    return Sql.list(
        connection,
        """
        select w.file_id from sluice.work w where w.file_id = any (?) and w.state = 'expanded'
          and not exists (select from sluice.work m where m.parent = w.file_id)
        """,
        row -> row.getLong(1),
        Sql.longs(archives));
  }

  /**
   * Archives whose members have closed wait for the action their source wants.
   *
   * @return those of the archives whose source wants one
   */
  public static List<Long> settleArchives(Connection connection, Collection<Long> archives)
      throws SQLException {
    return Sql.list(
        connection,
        "update sluice.work set state = 'waiting', entered_at = now(), not_before = now()"
            + " where file_id = any (?) and settle returning file_id",
        row -> row.getLong(1),
        Sql.longs(archives));
  }

  /** What these files in flight had loaded, or would have, has given way to a newer version. */
  public static void replaced(Connection connection, Collection<Long> files) throws SQLException {
    Sql.update(
        connection,
        "update sluice.work set replaced = read - collapsed - rejected, loaded = 0, dead = 0,"
            + " rows = 0, tables = '{}', table_rows = '{}' where file_id = any (?)",
        Sql.longs(files));
  }

  /**
   * Lets parked files be tried again, those parked longest first; not those that wait for somebody
   * to approve.
   *
   * @param parkedFor only files parked at least so long
   * @return how many
   */
  public static int unpark(Connection connection, Duration parkedFor, int limit)
      throws SQLException {
    return Sql.update(
        connection,
        UNPARK
            + "file_id in (select file_id from sluice.work where state = 'parked'"
            + " and entered_at <= now() - make_interval(secs => ?) and not "
            + IS_SCHEMA_LIMIT
            + " order by entered_at limit ? for update skip locked)",
        parkedFor,
        limit);
  }

  /** Of these files, those that are parked are tried again; returns how many. */
  public static int unpark(Connection connection, Collection<Long> files) throws SQLException {
    return Sql.update(connection, UNPARK + "file_id = any (?)", Sql.longs(files));
  }

  /** All parked files of feeds like this are tried again; returns how many. */
  public static int unpark(Connection connection, String feedLike) throws SQLException {
    return Sql.update(connection, UNPARK + "feed like ?", feedLike);
  }

  /** A feed's files that wait for more tables or columns are tried again; returns how many. */
  public static int approved(Connection connection, String feed) throws SQLException {
    return Sql.update(connection, UNPARK + "feed = ? and " + IS_SCHEMA_LIMIT, feed);
  }

  /**
   * What is pending of a file is dead, if nobody is at work on it: it is parked, waits to be
   * fetched without any rows, or only waits for its source. The caller closes it.
   *
   * @return how it ends: discarded, or at settle as what it is; empty if it is being worked on
   */
  public static Optional<FileCloser.Ending> giveUp(Connection connection, long file, String reason)
      throws SQLException {
    return Sql.first(
        connection,
        """
        update sluice.work set dead = read - loaded - collapsed - replaced - rejected
        where file_id = ?
          and (state = 'parked' or state = 'waiting' and (stage = 'settle' or stage = 'fetch' and rows = 0))
        returning stage, case when stage <> 'settle' then 'DISCARDED' when reason like 'duplicate:%' then 'DUPLICATE'
                              else 'LOADED' end
        """,
        row ->
            new FileCloser.Ending(
                file,
                FileCloser.End.valueOf(row.getString(2)),
                Stage.of(row.getString(1)),
                reason,
                null),
        file);
  }

  /**
   * Closed files wait to be handled again, in bulk; one that was never staged, or is to come from
   * the source, to be fetched. What failed of them is forgotten. Their counts and tables go along
   * until the new handling is recorded. What has been done at the source is not done again.
   *
   * @param staged whether to take bytes that lie in staging
   * @param above the next handling's number is greater than this
   * @return those of the files; the others were in flight
   */
  public static List<Long> again(
      Connection connection, Collection<Long> files, boolean staged, int above)
      throws SQLException {
    return Sql.list(
        connection,
        """
        with made as (
          insert into sluice.work (file_id, feed, host, path, size, mtime, stage, state, bulk, parent, settle, checksum,
                                   pack, pack_offset, period, handling, read, loaded, collapsed, replaced, rejected,
                                   dead, conflicts, rows, tables, table_rows, unit, element, first_time, last_time, notes)
          select id, feed, host, path, size, mtime, case when s.staged and pack is not null then 'handle' else 'fetch' end,
                 'waiting', true, parent, settle and state <> 'settled', case when s.staged then checksum end,
                 pack, pack_offset, coalesce(period, mtime), greatest(handling, ?), read, loaded, collapsed, replaced,
                 rejected, dead, conflicts, rows, tables, table_rows, unit, element, first_time, last_time, notes
          from sluice.file, (select ?::boolean as staged) s
          where id = any (?) and day = any (?) and closed_at is not null
          order by id
          on conflict do nothing returning file_id),
        forgotten as (delete from sluice.dead d using made m where d.file_id = m.file_id)
        select file_id from made
        """,
        row -> row.getLong(1),
        above,
        staged,
        Sql.longs(files),
        FileIds.days(files));
  }

  /**
   * After a restore no earlier batch and no earlier handling counts: what was in a batch waits,
   * what was at the loader for the handler.
   *
   * @param above the next handling of every file has a number greater than this
   * @return how many were in a batch
   */
  public static int restored(Connection connection, int above) throws SQLException {
    Sql.update(connection, "update sluice.work set handling = greatest(handling, ?)", above);
    return Sql.update(
        connection,
        """
        update sluice.work set stage = case stage when 'load' then 'handle' else stage end, state = 'waiting',
               batch = null, attempts = 0, entered_at = now()
        where state = 'queued'
        """);
  }

  /**
   * Files of a pack that a restored ledger does not know wait to be taken from there by the fetch
   * stage, which alone knows duplicates.
   *
   * @param above their first handling's number is greater than this
   * @return how many were new; the others a scan has found again
   */
  public static int remembered(
      Connection connection, String feed, long pack, Collection<RawIdentity> files, int above)
      throws SQLException {
    return Sql.update(
        connection,
        """
        with known as (
          insert into sluice.file (id, day, path_key, feed, host, path, size, mtime, checksum, parent, bulk, settle,
                                   pack, pack_offset)
          select id, sluice.day_of(id), path_key, ?, host, path, size, mtime, decode(checksum, 'hex'), parent, true,
                 settle, ?, pack_offset
          from unnest(?::bigint[], ?::uuid[], ?::text[], ?::text[], ?::bigint[], ?::timestamptz[], ?::text[],
                      ?::bigint[], ?::boolean[], ?::bigint[])
            as f (id, path_key, host, path, size, mtime, checksum, parent, settle, pack_offset)
          on conflict do nothing returning *)
        insert into sluice.work (file_id, feed, host, path, size, mtime, stage, state, bulk, parent, settle, checksum,
                                 pack, pack_offset, period, handling)
        select id, feed, host, path, size, mtime, 'fetch', 'waiting', true, parent, settle, checksum, pack,
               pack_offset, mtime, ?
        from known
        """,
        feed,
        pack,
        Sql.array("bigint", files, RawIdentity::fileId),
        Sql.array("uuid", files, f -> FileIds.pathKey(feed, f.host(), f.path())),
        Sql.array("text", files, RawIdentity::host),
        Sql.array("text", files, RawIdentity::path),
        Sql.array("bigint", files, RawIdentity::size),
        Sql.array("timestamptz", files, RawIdentity::mtime),
        Sql.array("text", files, RawIdentity::sha256),
        Sql.array("bigint", files, RawIdentity::parent),
        Sql.array("boolean", files, RawIdentity::settle),
        Sql.array("bigint", files, RawIdentity::offset),
        above);
  }

  /** PostgreSQL's text takes every char but NUL. */
  public static String text(String value) {
    return value == null ? null : value.replace('\0', '\uFFFD');
  }
}
