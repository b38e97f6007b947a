package io.sluice.core.ledger;

import io.sluice.core.ids.FileIds;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Daily partitions of sluice.file and sluice.reject, made when first needed and dropped by age, and
 * what ages with them.
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
    for (String table : List.of("file", "reject")) {
      String name = partition(table, day);
      if (!Sql.isTrue(connection, "select to_regclass('sluice.' || ?) is not null", name)) {
        Sql.execute(
            connection,
            List.of(
                "create table sluice.%s (like sluice.%s including all)".formatted(name, table),
                "alter table sluice.%s attach partition sluice.%s for values from ('%s') to ('%s')"
                    .formatted(table, name, day, day.plusDays(1))));
      }
    }
    return null;
  }

  private static String partition(String table, LocalDate day) {
    return "%s_%04d%02d%02d"
        .formatted(table, day.getYear(), day.getMonthValue(), day.getDayOfMonth());
  }

  /** Drops what is older than so long, by the database's clock: that of a node may be wrong. */
  public void dropOlderThan(Duration age) {
    String oldest = "select ((now() - make_interval(secs => ?)) at time zone 'UTC')::date";
    dropBefore(
        transactions.ledger(
            c -> Sql.one(c, oldest, row -> row.getObject(1, LocalDate.class), age)));
  }

  /**
   * Drops the days before {@code oldest}, each in its own transaction; a day with files in flight
   * stays, and so do files whose rows a next version has to replace. What has no day of its own
   * goes by its age, as do marks that nobody reads.
   *
   * @return how many days were dropped
   */
  public int dropBefore(LocalDate oldest) {
    int dropped = 0;
    for (LocalDate day : transactions.ledger(connection -> daysBefore(connection, oldest))) {
      if (transactions.ledger(connection -> drop(connection, day))) {
        known.remove(day);
        dropped++;
      }
    }
    transactions.ledger(connection -> forgetOutside(connection, oldest));
    while (transactions.ledger(connection -> deleteMarks(connection, oldest)) == MARKS) {
      // the next ones
    }
    return dropped;
  }

  private static List<LocalDate> daysBefore(Connection connection, LocalDate oldest)
      throws SQLException {
    return Sql.list(
        connection,
        """
        select day from (
          select to_date(right(c.relname, 8), 'YYYYMMDD') as day from pg_inherits i
          join pg_class c on c.oid = i.inhrelid where i.inhparent = 'sluice.file'::regclass) d
        where day < ? and day <> ?
        """,
        row -> row.getObject(1, LocalDate.class),
        oldest,
        FileIds.OUTSIDE);
  }

  private static boolean drop(Connection connection, LocalDate day) throws SQLException {
    Sql.execute(connection, "set local lock_timeout = '2s'");
    long first = FileIds.id(day, 0);
    long next = FileIds.id(day.plusDays(1), 0);
    if (Sql.exists(
        connection, "select from sluice.work where file_id >= ? and file_id < ?", first, next)) {
      return false;
    }
    String files = "sluice." + partition("file", day);
    String rejects = "sluice." + partition("reject", day);
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
          "delete from sluice.%s h where file_id >= ? and file_id < ?".formatted(table)
              + " and not exists (select from sluice.file f where f.id = h.file_id and f.day = ?)",
          first,
          next,
          day);
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
