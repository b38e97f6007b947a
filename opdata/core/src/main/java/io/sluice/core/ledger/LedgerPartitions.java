package io.sluice.core.ledger;

import io.sluice.core.ids.FileIds;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Weekly partitions of sluice.file and sluice.reject, made when first needed and dropped by age,
 * and what ages with them. The versions of a path may lie in any of them, so few are better than
 * many; a ledger of an earlier release has partitions of a day, and those stay.
 */
public final class LedgerPartitions {

  private static final long LOCK =
      0x736c_7569_6365_01L; // any constant: "sluice", ledger partitions

  private static final int MARKS = 100_000;

  /**
   * A path without a date is written again some day, and an appending table cannot tell then which
   * rows are the ones it had before.
   */
  private static final String REPLACEABLE =
      """
      f.rows > 0 and f.path !~ '(19|20)[0-9]{2}[-_./]?(0[1-9]|1[0-2])[-_./]?[0-3][0-9]'
        and exists (
          select from sluice.target_table t join sluice.target g on g.id = t.target_id
          where t.id = any (f.tables) and g.mode = 'append')
      """;

  private static final String BOUNDS =
      """
      select bound[1]::date as first, bound[2]::date as next
      from pg_inherits i join pg_class c on c.oid = i.inhrelid,
           regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''(.*)''\\) TO \\(''(.*)''\\)') as bound
      where i.inhparent = 'sluice.file'::regclass and bound is not null
      """;

  /** The days from {@code first} until before {@code next}. */
  private record Span(LocalDate first, LocalDate next) {

    static Span around(LocalDate day) {
      if (day.equals(FileIds.OUTSIDE)) {
        return new Span(day, day.plusDays(1));
      }
      LocalDate monday = day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
      return new Span(monday, monday.plusWeeks(1));
    }

    boolean contains(LocalDate day) {
      return !day.isBefore(first) && day.isBefore(next);
    }

    /** What of this is left around the day, which the other does not contain. */
    Span without(Span other, LocalDate day) {
      return other.first.isAfter(day)
          ? new Span(first, min(next, other.first))
          : new Span(max(first, other.next), next);
    }

    private static LocalDate min(LocalDate a, LocalDate b) {
      return a.isBefore(b) ? a : b;
    }

    private static LocalDate max(LocalDate a, LocalDate b) {
      return a.isAfter(b) ? a : b;
    }

    String partition(String table) {
      return "sluice.%s_%04d%02d%02d"
          .formatted(table, first.getYear(), first.getMonthValue(), first.getDayOfMonth());
    }
  }

  private final Transactions transactions;
  private final Set<LocalDate> known = ConcurrentHashMap.newKeySet();

  public LedgerPartitions(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Makes the partitions of these days where they are missing. */
  public void ensure(Collection<LocalDate> days) {
    for (LocalDate day : days) {
      if (!known.contains(day)) {
        transactions.ledger(connection -> create(connection, day));
        known.add(day);
      }
    }
  }

  private static Void create(Connection connection, LocalDate day) throws SQLException {
    Sql.execute(connection, "select pg_advisory_xact_lock(" + LOCK + ")");
    List<Span> others = spans(connection);
    if (others.stream().anyMatch(other -> other.contains(day))) {
      return null;
    }
    Span span = Span.around(day);
    for (Span other : others) {
      span = span.without(other, day);
    }
    for (String table : List.of("file", "reject")) {
      String name = span.partition(table);
      Sql.execute(
          connection,
          List.of(
              "create table %s (like sluice.%s including all)".formatted(name, table),
              "alter table sluice.%s attach partition %s for values from ('%s') to ('%s')"
                  .formatted(table, name, span.first, span.next)));
    }
    return null;
  }

  private static List<Span> spans(Connection connection) throws SQLException {
    return Sql.list(
        connection,
        BOUNDS,
        row -> new Span(row.getObject(1, LocalDate.class), row.getObject(2, LocalDate.class)));
  }

  /** Drops what is older than so long, by the database's clock: that of a node may be wrong. */
  public void dropOlderThan(Duration age) {
    String oldest = "select ((now() - make_interval(secs => ?)) at time zone 'UTC')::date";
    dropBefore(
        transactions.ledger(
            c -> Sql.one(c, oldest, row -> row.getObject(1, LocalDate.class), age)));
  }

  /**
   * Drops the partitions whose days are all before {@code oldest}, each in its own transaction; one
   * with files in flight stays, and so do files whose rows a next version has to replace. What has
   * no day of its own goes by its age, as do marks that nobody reads.
   *
   * @return how many partitions of sluice.file were dropped
   */
  public int dropBefore(LocalDate oldest) {
    int dropped = 0;
    for (Span span : transactions.ledger(LedgerPartitions::spans)) {
      if (!span.next.isAfter(oldest)
          && !span.contains(FileIds.OUTSIDE)
          && transactions.ledger(connection -> drop(connection, span))) {
        known.removeIf(span::contains);
        dropped++;
      }
    }
    transactions.ledger(connection -> forgetOutside(connection, oldest));
    while (transactions.ledger(connection -> deleteMarks(connection, oldest)) == MARKS) {
      // the next ones
    }
    return dropped;
  }

  private static boolean drop(Connection connection, Span span) throws SQLException {
    Sql.execute(connection, "set local lock_timeout = '2s'");
    long first = FileIds.id(span.first, 0);
    long next = FileIds.id(span.next, 0);
    if (Sql.exists(
        connection, "select from sluice.work where file_id >= ? and file_id < ?", first, next)) {
      return false;
    }
    String files = span.partition("file");
    String rejects = span.partition("reject");
    boolean stays = Sql.exists(connection, "select from " + files + " f where " + REPLACEABLE);
    Sql.execute(
        connection,
        stays
            ? List.of(
                "delete from " + files + " f where not (" + REPLACEABLE + ")",
                "delete from " + rejects)
            : List.of("drop table " + files, "drop table " + rejects));
    for (String table : List.of("replay", "overtaken")) {
      Sql.update(
          connection,
          "delete from sluice.%s h where file_id >= ? and file_id < ? and not exists"
                  .formatted(table)
              + " (select from sluice.file f where f.id = h.file_id and f.day >= ? and f.day < ?)",
          first,
          next,
          span.first,
          span.next);
    }
    return !stays;
  }

  /** A file of the future stays until its time is old too: its source may still show it. */
  private static int forgetOutside(Connection connection, LocalDate oldest) throws SQLException {
    return Sql.update(
        connection,
        """
        with gone as (
          delete from sluice.file f where day = ? and mtime < ? and coalesce(closed_at, found_at) < ?
            and not exists (select from sluice.work w where w.file_id = f.id) and not (%s) returning id),
        rejects as (delete from sluice.reject r using gone where r.day = ? and r.file_id = gone.id),
        replays as (delete from sluice.replay r using gone where r.file_id = gone.id)
        delete from sluice.overtaken o using gone where o.file_id = gone.id
        """
            .formatted(REPLACEABLE),
        FileIds.OUTSIDE,
        oldest,
        oldest,
        FileIds.OUTSIDE);
  }

  /** A summary that is declared later begins with what the tables hold, not with old marks. */
  private static int deleteMarks(Connection connection, LocalDate oldest) throws SQLException {
    return Sql.update(
        connection,
        """
        delete from sluice.mark where ctid = any (array(
          select ctid from sluice.mark m where at < ?
            and not exists (select from sluice.mark_reader r where r.table_id = m.table_id) limit ?))
        """,
        oldest,
        MARKS);
  }
}
