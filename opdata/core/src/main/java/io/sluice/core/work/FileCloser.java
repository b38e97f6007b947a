package io.sluice.core.work;

import io.sluice.core.ids.FileIds;
import io.sluice.core.message.Stage;
import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Closes files inside the caller's transaction: their counts move from sluice.work to sluice.file.
 * The caller has locked their work rows in id order. Archives whose last member closes go on with
 * it, see {@link #releaseArchives}.
 */
public final class FileCloser {

  /** How a file ends. */
  public enum End {
    LOADED,
    SETTLED,
    DUPLICATE,
    REPLACED,
    REJECTED,
    DEAD,
    DISCARDED;

    String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The end of one file.
   *
   * @param stage where it ended
   * @param reason short, then the sentence; null to keep the one in the ledger
   * @param position where in the file, or null
   */
  public record Ending(long fileId, End end, Stage stage, String reason, String position) {

    /** Whether the rows that the file may have had before are still its own. */
    boolean leavesRows() {
      return end == End.REJECTED
          || (stage == Stage.FETCH && (end == End.REPLACED || end == End.DUPLICATE));
    }
  }

  /**
   * A replay that changed nothing leaves the counts: which of two equal cells was loaded first is a
   * matter of history. What an earlier handling read and nobody loaded, such as when its chunks and
   * the source were lost, goes the way of the file.
   */
  private static final String CLOSE =
      """
      with e as (
        select * from unnest(?::bigint[], ?::text[], ?::text[], ?::text[], ?::text[])
          as e (file_id, state, stage, reason, position)),
      done as (
        delete from sluice.work w using e where w.file_id = e.file_id
        returning w.*, e.state as ends, e.stage as ends_at, coalesce(e.reason, w.reason) as why, e.position,
          w.read - w.loaded - w.collapsed - w.replaced - w.rejected - w.dead as rest),
      counted as (
        select d.*, rejected + case when ends = 'rejected' then rest else 0 end as all_rejected,
               replaced + case when ends in ('replaced', 'duplicate') then rest else 0 end as all_replaced,
               dead + case when ends = 'dead' then rest else 0 end as all_dead
        from done d),
      again as (
        select d.*, d.rows > 0 and d.rows = f.rows and d.read = f.read and d.all_replaced = f.replaced
                    and d.all_rejected = f.rejected and d.all_dead = f.dead as same
        from counted d join sluice.file f on f.id = d.file_id and f.day = any (?)
        where (d.handling > 1 or d.ends_at = 'fetch') and f.handling > 0 and f.closed_at is not null),
      history as (
        insert into sluice.replay (file_id, handling, state, reason, read, loaded, collapsed, replaced, rejected, dead,
                                   rows)
        select file_id, handling, ends, why, read, loaded, collapsed, all_replaced, all_rejected, all_dead, rows
        from again)
      update sluice.file f
      set state = case when d.ends = 'loaded' and f.state = 'settled' then f.state else d.ends end,
          stage = d.ends_at, reason = d.why,
          position = d.position, closed_at = now(), handling = d.handling, checksum = coalesce(d.checksum, f.checksum),
          pack = d.pack, pack_offset = d.pack_offset, read = d.read, replaced = d.all_replaced,
          loaded = case when a.same then f.loaded else d.loaded end,
          collapsed = case when a.same then f.collapsed else d.collapsed end,
          rejected = d.all_rejected, dead = d.all_dead, conflicts = d.conflicts, rows = d.rows, tables = d.tables,
          table_rows = d.table_rows, unit = d.unit, element = coalesce(d.element, f.element), first_time = d.first_time,
          last_time = d.last_time, period = coalesce(d.last_time, f.period), notes = d.notes
      from counted d left join again a on a.file_id = d.file_id where f.id = d.file_id and f.day = any (?) returning d.parent
      """;

  /**
   * A replay that is rejected, or whose bytes cannot be had, leaves the file as it was, with the
   * rows of before, and says so. Where the target appends, a replay that was handled has deleted
   * them, though; then it ends as others do.
   */
  private static final String KEEP =
      """
      with e as (
        select * from unnest(?::bigint[], ?::text[], ?::text[], ?::text[]) as e (file_id, state, reason, position)),
      kept as (
        update sluice.file f
        set reason = 'not replayed, the rows of before stay: ' || coalesce(e.reason, w.reason), position = e.position,
            handling = w.handling, checksum = coalesce(w.checksum, f.checksum), pack = coalesce(w.pack, f.pack),
            pack_offset = coalesce(w.pack_offset, f.pack_offset)
        from e join sluice.work w on w.file_id = e.file_id
        where f.id = e.file_id and f.day = any (?) and f.state in ('loaded', 'settled')
          and (w.rows = f.rows and w.tables = f.tables or not exists (
            select from sluice.target_table t join sluice.target g on g.id = t.target_id
            where t.id = any (f.tables) and g.mode = 'append'))
        returning f.id, e.state as ends, coalesce(e.reason, w.reason) as why),
      done as (
        delete from sluice.work w using kept k where w.file_id = k.id returning w.*, k.ends, k.why),
      history as (
        insert into sluice.replay (file_id, handling, state, reason, read, loaded, collapsed, replaced, rejected, dead,
                                   rows)
        select file_id, handling, ends, why, read, loaded, collapsed, replaced, read - loaded - collapsed - replaced - dead,
               dead, rows
        from done)
      select file_id, parent from done
      """;

  private FileCloser() {}

  /**
   * Files whose rows are all committed: those whose source wants an action wait for it, the others
   * close as loaded.
   */
  public static void finishLoaded(Connection connection, Collection<Long> files)
      throws SQLException {
    Set<Long> rest = new HashSet<>(files);
    Work.toSettle(connection, files).forEach(rest::remove);
    close(
        connection,
        rest.stream().map(id -> new Ending(id, End.LOADED, Stage.LOAD, null, null)).toList());
  }

  /**
   * Closes files, whatever their end. Rows that were committed before the rest was lost in staging
   * stay a file's own.
   */
  public static void close(Connection connection, Collection<Ending> endings) throws SQLException {
    Map<Long, Optional<Long>> kept =
        keep(connection, endings.stream().filter(Ending::leavesRows).toList());
    List<Ending> others = endings.stream().filter(e -> !kept.containsKey(e.fileId())).toList();
    Set<Long> archives = new HashSet<>(closeOthers(connection, others));
    kept.values().forEach(parent -> parent.ifPresent(archives::add));
    if (!archives.isEmpty()) {
      releaseArchives(connection, archives);
    }
  }

  private static List<Long> closeOthers(Connection connection, List<Ending> endings)
      throws SQLException {
    if (endings.isEmpty()) {
      return List.of();
    }
    Sql.Items days = days(endings);
    return Sql.list(
            connection,
            CLOSE,
            row -> Optional.ofNullable(row.getObject(1, Long.class)),
            Sql.array("bigint", endings, Ending::fileId),
            Sql.array("text", endings, e -> e.end().id()),
            Sql.array("text", endings, e -> e.stage().id()),
            Sql.array("text", endings, e -> Work.text(e.reason())),
            Sql.array("text", endings, Ending::position),
            days,
            days)
        .stream()
        .flatMap(Optional::stream)
        .toList();
  }

  /** Ends the replays alone that leave the rows of before; returns their files with archives. */
  private static Map<Long, Optional<Long>> keep(Connection connection, List<Ending> endings)
      throws SQLException {
    if (endings.isEmpty()) {
      return Map.of();
    }
    return Sql.map(
        connection,
        KEEP,
        row -> row.getLong("file_id"),
        row -> Optional.ofNullable(row.getObject("parent", Long.class)),
        Sql.array("bigint", endings, Ending::fileId),
        Sql.array("text", endings, e -> e.end().id()),
        Sql.array("text", endings, e -> Work.text(e.reason())),
        Sql.array("text", endings, Ending::position),
        days(endings));
  }

  private static Sql.Items days(Collection<Ending> endings) {
    return FileIds.days(endings.stream().map(Ending::fileId).toList());
  }

  /** One file. */
  public static void close(
      Connection connection, long fileId, End end, Stage stage, String reason, String position)
      throws SQLException {
    close(connection, List.of(new Ending(fileId, end, stage, reason, position)));
  }

  /**
   * What was or would have been loaded of these files has given way to a newer version; of files in
   * flight or closed.
   */
  public static void closeReplaced(Connection connection, Collection<Long> files)
      throws SQLException {
    if (files.isEmpty()) {
      return;
    }
    Work.replaced(connection, files);
    Sql.update(
        connection,
        "update sluice.file set state = 'replaced', replaced = read - collapsed - rejected,"
            + " loaded = 0, dead = 0, rows = 0, tables = '{}', table_rows = '{}'"
            + " where id = any (?) and day = any (?)",
        Sql.longs(files),
        FileIds.days(files));
    close(
        connection,
        files.stream()
            .map(
                id ->
                    new Ending(id, End.REPLACED, Stage.HANDLE, "a newer version was handled", null))
            .toList());
  }

  /**
   * Archives all of whose members have closed: those whose source wants an action wait for it, if
   * all their members ended well; the others close as loaded, and what was not loaded of them stays
   * at the source. Archives are locked after all members, in id order, so that two last members see
   * each other.
   *
   * @param archives of members that have just closed or were just written down
   */
  public static void releaseArchives(Connection connection, Set<Long> archives)
      throws SQLException {
    List<Long> complete = Work.complete(connection, archives);
    if (complete.isEmpty()) {
      return;
    }
    Map<Long, Long> notLoaded = notLoaded(connection, complete);
    List<Long> well = complete.stream().filter(id -> !notLoaded.containsKey(id)).toList();
    Set<Long> rest = new HashSet<>(complete);
    rest.removeAll(Work.settleArchives(connection, well));
    close(
        connection,
        rest.stream()
            .map(id -> new Ending(id, End.LOADED, Stage.LOAD, remark(notLoaded.get(id)), null))
            .toList());
  }

  private static String remark(Long notLoaded) {
    return notLoaded == null
        ? null
        : notLoaded + " of its members were not loaded, so it stays at its source";
  }

  /** How many members of each archive did not end well. */
  private static Map<Long, Long> notLoaded(Connection connection, List<Long> archives)
      throws SQLException {
    return Sql.map(
        connection,
        "select parent, count(*) from sluice.file where parent = any (?) and day = any (?)"
            + " and state in ('rejected', 'dead', 'discarded') group by parent",
        row -> row.getLong(1),
        row -> row.getLong(2),
        Sql.longs(archives),
        FileIds.days(archives));
  }
}
