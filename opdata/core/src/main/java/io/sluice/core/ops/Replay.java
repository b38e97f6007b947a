package io.sluice.core.ops;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.ids.FileIds;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingObjectMissing;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Handles files again: a closed file gets a new row of work by the bulk queue, a parked one goes
 * on, one in flight is left alone; for an archive its members are handled again. A file that never
 * came to be handled is fetched again. Nothing is published here; the dispatcher and the sweeper
 * find the work in the ledger. Counts and tables go along, so that reconciliation stays exact until
 * the new handling is recorded.
 */
public final class Replay {

  /** Where the bytes come from. */
  public enum From {
    STAGING,
    SOURCE
  }

  /**
   * What became of the files asked for.
   *
   * @param replayed closed files that now wait to be fetched or handled
   * @param resumed parked files that go on
   * @param inFlight files left alone because they are being worked on
   * @param missing ids whose raw object is no longer in staging: only the source has them
   * @param unknown ids the ledger does not have
   */
  public record Result(
      int replayed, int resumed, int inFlight, List<Long> missing, List<Long> unknown) {

    private Result plus(Result other) {
      return new Result(
          replayed + other.replayed,
          resumed + other.resumed,
          inFlight + other.inFlight,
          concat(missing, other.missing),
          concat(unknown, other.unknown));
    }

    private static List<Long> concat(List<Long> one, List<Long> two) {
      List<Long> all = new ArrayList<>(one);
      all.addAll(two);
      return all;
    }
  }

  /**
   * A file to replay.
   *
   * @param archive whether its members, which are in the list, stand for it
   */
  private record Known(long id, String feed, Long pack, boolean inWork, boolean archive) {}

  private static final int BATCH = 500;

  private final Transactions transactions;
  private final Staging staging;

  /**
   * @param staging where raw files lie; null when only {@link From#SOURCE} is asked for
   */
  public Replay(Transactions transactions, Staging staging) {
    this.transactions = transactions;
    this.staging = staging;
  }

  /**
   * Replays these files, some hundred a transaction; may be repeated at any time.
   *
   * @throws PauseStage when database or staging is away
   */
  public Result replay(List<Long> ids, From from) {
    Result total = new Result(0, 0, 0, List.of(), List.of());
    for (int at = 0; at < ids.size(); at += BATCH) {
      total = total.plus(batch(ids.subList(at, Math.min(ids.size(), at + BATCH)), from));
    }
    return total;
  }

  private Result batch(List<Long> asked, From from) {
    List<Known> known = transactions.ledger(connection -> known(connection, asked));
    List<Long> unknown = new ArrayList<>(asked);
    unknown.removeAll(known.stream().map(Known::id).toList());
    known.removeIf(Known::archive);
    List<Long> closed = known.stream().filter(k -> !k.inWork).map(Known::id).toList();
    List<Long> missing =
        from == From.SOURCE
            ? List.of()
            : known.stream().filter(k -> !k.inWork && !isStaged(k)).map(Known::id).toList();
    Set<Long> ready = new HashSet<>(closed);
    ready.removeAll(Set.copyOf(missing));
    List<Long> working = known.stream().filter(Known::inWork).map(Known::id).toList();
    return transactions.ledger(
        connection -> {
          int replayed = restart(connection, ready, from, 0);
          int resumed = ParkedFiles.resume(connection, working);
          int inFlight = working.size() - resumed + ready.size() - replayed;
          return new Result(replayed, resumed, inFlight, missing, unknown);
        });
  }

  private static List<Known> known(Connection connection, List<Long> ids) throws SQLException {
    String sql =
        """
        with asked as (
          select id, handling from sluice.file where id = any (?) and day = any (?)),
        members as (
          select m.id, a.id as archive from asked a join sluice.file m on m.parent = a.id and m.day = sluice.day_of(a.id)
          where a.handling = 0 and m.state not in ('duplicate', 'replaced', 'discarded'))
        select f.id, f.feed, f.pack, w.file_id is not null as in_work, false as archive
        from (select id from asked where id not in (select archive from members) union select id from members) a
        join sluice.file f on f.id = a.id and f.day = sluice.day_of(a.id)
        left join sluice.work w on w.file_id = f.id
        union all
        select distinct archive, '', null::bigint, false, true from members
        """;
    return Sql.list(
        connection,
        sql,
        row ->
            new Known(
                row.getLong("id"),
                row.getString("feed"),
                row.getObject("pack", Long.class),
                row.getBoolean("in_work"),
                row.getBoolean("archive")),
        Sql.longs(ids),
        FileIds.days(ids));
  }

  private boolean isStaged(Known file) {
    if (file.pack == null) {
      return false;
    }
    try {
      staging.size(StagingKeys.raw(file.feed, file.pack));
      return true;
    } catch (StagingObjectMissing e) {
      return false;
    } catch (IOException e) {
      throw new PauseStage("staging: " + e.getMessage(), e);
    }
  }

  /**
   * Gives closed files a new row of work; whoever else does so at the same time wins or loses the
   * row as a whole. Their earlier failures are forgotten.
   *
   * @param atLeast the next handling's number is above this
   * @return how many rows were made
   */
  static int restart(Connection connection, Set<Long> ids, From from, int atLeast)
      throws SQLException {
    String sql =
        """
        with made as (
        insert into sluice.work (file_id, feed, host, path, size, mtime, stage, state, bulk, parent, checksum, pack,
                                 pack_offset, period, handling, read, loaded, collapsed, replaced, rejected, dead, conflicts, rows, tables,
                                 table_rows, unit, element, first_time, last_time, notes)
        select id, feed, host, path, size, mtime, case when ? and pack is not null then 'handle' else 'fetch' end,
               'waiting', true, parent, case when ? then checksum end, pack, pack_offset, coalesce(period, mtime), greatest(handling, ?),
               read, loaded, collapsed, replaced, rejected, dead, conflicts, rows, tables,
               table_rows, unit, element, first_time, last_time, notes
        from sluice.file where id = any (?) and day = any (?) and closed_at is not null
        order by id
        on conflict do nothing returning file_id),
        forgotten as (delete from sluice.dead d using made m where d.file_id = m.file_id)
        select count(*) from made
        """;
    boolean staged = from == From.STAGING;
    return Sql.list(
            connection,
            sql,
            row -> row.getInt(1),
            staged,
            staged,
            atLeast,
            Sql.longs(ids),
            FileIds.days(ids))
        .get(0);
  }
}
