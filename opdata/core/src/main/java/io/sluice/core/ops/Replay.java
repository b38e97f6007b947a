package io.sluice.core.ops;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.ids.FileIds;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import io.sluice.core.work.Work;
import io.sluice.core.work.WorkState;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Handles files again: a closed file gets a new row of work by the bulk queue, a parked one goes
 * on, one in flight is left alone; for an archive its members are handled again. A file that never
 * came to be handled is fetched again. Nothing is published here; the dispatcher and the sweeper
 * find the work in the ledger.
 */
public final class Replay {

  /** Where the bytes come from. */
  public enum From {
    STAGING,
    SOURCE
  }

  /** Why a file is left alone. */
  public enum Obstacle {
    IN_PROGRESS,
    /** Its source may have it. */
    NOT_STAGED,
    /** Neither staging nor its source has it: it was moved or deleted once loaded. */
    GONE,
    /** It was moved or deleted at its source once loaded. */
    NOT_AT_SOURCE,
    /** It was skipped, for the name that the ledger has does not lead to it. */
    UNUSABLE_NAME,
    NOT_IN_LEDGER
  }

  /**
   * What becomes of the files asked for.
   *
   * @param replayed closed files that wait to be fetched or handled
   * @param resumed parked files that go on
   * @param left files left alone, by reason
   */
  public record Result(int replayed, int resumed, Map<Obstacle, LeftAlone> left) {}

  /**
   * A file to replay.
   *
   * @param state of its work, or null when it is closed
   * @param settled whether its source moved or deleted it, or the archive it is in
   * @param archive whether its members, which are in the list, stand for it
   */
  private record Known(
      long id,
      String feed,
      String path,
      Long pack,
      String state,
      boolean settled,
      boolean unusable,
      boolean archive) {}

  private static final int BATCH = 500;

  private final Transactions transactions;
  private final Staging staging;
  private final Map<String, String> formerly;

  /**
   * @param staging where raw files lie; null when only {@link From#SOURCE} is asked for
   * @param formerly the former names of feeds that have one
   */
  public Replay(Transactions transactions, Staging staging, Map<String, String> formerly) {
    this.transactions = transactions;
    this.staging = staging;
    this.formerly = formerly;
  }

  /**
   * What {@link #replay} would do now; nothing is changed.
   *
   * @throws PauseStage when database or staging is away
   */
  public Result plan(List<Long> ids, From from) {
    return new Run(from, false).of(ids);
  }

  /**
   * Replays these files, some hundred a transaction; may be repeated at any time.
   *
   * @throws PauseStage when database or staging is away
   */
  public Result replay(List<Long> ids, From from) {
    return new Run(from, true).of(ids);
  }

  private final class Run {
    private final From from;
    private final boolean change;
    private final StagedPacks packs = new StagedPacks(staging, formerly);
    private final Map<Obstacle, LeftAlone> left = new EnumMap<>(Obstacle.class);
    private int replayed;
    private int resumed;

    Run(From from, boolean change) {
      this.from = from;
      this.change = change;
    }

    Result of(List<Long> ids) {
      for (int at = 0; at < ids.size(); at += BATCH) {
        batch(ids.subList(at, Math.min(ids.size(), at + BATCH)));
      }
      return new Result(replayed, resumed, left);
    }

    private void batch(List<Long> asked) {
      List<Known> known = transactions.ledger(connection -> known(connection, asked));
      Set<Long> unknown = new HashSet<>(asked);
      known.forEach(file -> unknown.remove(file.id));
      unknown.forEach(id -> leave(Obstacle.NOT_IN_LEDGER, id, null));
      List<Known> able =
          known.stream().filter(file -> !file.archive).filter(this::hasNoObstacle).toList();
      resume(able.stream().filter(file -> file.state != null).map(Known::id).toList());
      restart(able.stream().filter(file -> file.state == null).toList());
    }

    private boolean hasNoObstacle(Known file) {
      Obstacle obstacle = null;
      if (file.state != null) {
        obstacle = file.state.equals(WorkState.PARKED.id()) ? null : Obstacle.IN_PROGRESS;
      } else if (file.unusable) {
        obstacle = Obstacle.UNUSABLE_NAME;
      } else if (from == From.SOURCE) {
        obstacle = file.settled ? Obstacle.NOT_AT_SOURCE : null;
      } else if (!packs.has(file.feed, file.pack)) {
        obstacle = file.settled ? Obstacle.GONE : Obstacle.NOT_STAGED;
      }
      return obstacle == null || leave(obstacle, file.id, file.path);
    }

    private boolean leave(Obstacle why, long id, String path) {
      left.merge(why, new LeftAlone(1, id, path), LeftAlone::plus);
      return false;
    }

    private void resume(List<Long> parked) {
      resumed += change ? transactions.ledger(c -> Work.unpark(c, parked)) : parked.size();
    }

    private void restart(List<Known> closed) {
      List<Long> ids = closed.stream().map(Known::id).toList();
      Set<Long> made =
          Set.copyOf(
              change ? transactions.ledger(c -> Work.again(c, ids, from == From.STAGING, 0)) : ids);
      replayed += made.size();
      closed.stream()
          .filter(file -> !made.contains(file.id))
          .forEach(file -> leave(Obstacle.IN_PROGRESS, file.id, file.path));
    }
  }

  private static List<Known> known(Connection connection, List<Long> ids) throws SQLException {
    String sql =
        """
        with asked as (
          select id, handling from sluice.file where id = any (?) and day = any (?)),
        members as (
          select m.id, a.id as archive from asked a join sluice.file m on m.parent = a.id and m.day = sluice.day_of(a.id)
          where a.handling = 0 and m.state not in ('duplicate', 'replaced', 'discarded'))
        select f.id, f.feed, f.path, f.pack, w.state, coalesce(p.state, f.state) = 'settled' as settled,
               f.state = 'skipped' and f.reason like 'unusable\\_name:%' as unusable, false as archive
        from (select id from asked where id not in (select archive from members) union select id from members) a
        join sluice.file f on f.id = a.id and f.day = sluice.day_of(a.id)
        left join sluice.file p on p.id = f.parent and p.day = sluice.day_of(f.parent)
        left join sluice.work w on w.file_id = f.id
        union all
        select distinct archive, '', null, null::bigint, null, false, false, true from members
        """;
    return Sql.list(connection, sql, Records.of(Known.class), Sql.longs(ids), FileIds.days(ids));
  }
}
