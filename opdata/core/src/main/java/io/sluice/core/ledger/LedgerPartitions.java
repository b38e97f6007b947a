package io.sluice.core.ledger;

import io.sluice.core.ids.FileIds;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Daily partitions of sluice.file and sluice.reject, made when first needed and dropped by age. */
public final class LedgerPartitions {

  private static final long LOCK =
      0x736c_7569_6365_01L; // any constant: "sluice", ledger partitions

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

  /**
   * Drops the days before {@code oldest}, each in its own transaction; a day with files in flight
   * stays.
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
    return dropped;
  }

  private static List<LocalDate> daysBefore(Connection connection, LocalDate oldest)
      throws SQLException {
    String sql =
        """
        select to_date(right(c.relname, 8), 'YYYYMMDD') from pg_inherits i
        join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'sluice.file'::regclass and to_date(right(c.relname, 8), 'YYYYMMDD') < ?
        """;
    return Sql.list(connection, sql, row -> row.getObject(1, LocalDate.class), oldest);
  }

  private static boolean drop(Connection connection, LocalDate day) throws SQLException {
    Sql.execute(connection, "set local lock_timeout = '2s'");
    if (Sql.exists(
        connection,
        "select from sluice.work where file_id >= ? and file_id < ? limit 1",
        FileIds.id(day, 0),
        FileIds.id(day.plusDays(1), 0))) {
      return false;
    }
    Sql.execute(
        connection,
        List.of(
            "drop table sluice." + partition("file", day),
            "drop table sluice." + partition("reject", day)));
    return true;
  }
}
