package io.sluice.core.fate;

import java.sql.SQLException;
import java.util.Map;
import java.util.Set;

/**
 * SQLSTATE to fate, after https://www.postgresql.org/docs/current/errcodes-appendix.html. An exact
 * code wins over its class.
 */
public final class SqlFates {

  private static final Map<String, Fate> CODES =
      Map.ofEntries(
          Map.entry("40001", Fate.RETRY_BATCH), // serialization_failure
          Map.entry("40P01", Fate.RETRY_BATCH), // deadlock_detected
          Map.entry("55P03", Fate.RETRY_BATCH), // lock_not_available
          Map.entry("57014", Fate.RETRY_BATCH), // query_canceled, a statement timeout
          Map.entry("57P01", Fate.PAUSE), // admin_shutdown
          Map.entry("57P02", Fate.PAUSE), // crash_shutdown
          Map.entry("57P03", Fate.PAUSE), // cannot_connect_now
          Map.entry("57P04", Fate.PAUSE), // database_dropped
          Map.entry("25006", Fate.PAUSE), // read_only_sql_transaction, a standby
          Map.entry("42501", Fate.PARK_TARGET), // insufficient_privilege
          Map.entry("42P01", Fate.PARK_TARGET)); // undefined_table

  private static final Map<String, Fate> CLASSES =
      Map.of(
          "08", Fate.PAUSE, // connection exception
          "53", Fate.PAUSE, // insufficient resources
          "58", Fate.PAUSE, // system error
          "22", Fate.SPLIT, // data exception
          "23", Fate.SPLIT); // integrity constraint violation

  private static final Set<String> GONE = Set.of("42P01", "3F000"); // table, schema

  private SqlFates() {}

  public static Fate of(SQLException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        return of(sql.getSQLState());
      }
    }
    return e instanceof java.sql.SQLTransientConnectionException ? Fate.PAUSE : Fate.UNKNOWN;
  }

  /** Whether a table or its schema is not there. */
  public static boolean isGone(SQLException e) {
    return e.getSQLState() != null && GONE.contains(e.getSQLState());
  }

  public static Fate of(String sqlState) {
    Fate fate = CODES.get(sqlState);
    if (fate == null && sqlState.length() >= 2) {
      fate = CLASSES.get(sqlState.substring(0, 2));
    }
    return fate == null ? Fate.UNKNOWN : fate;
  }
}
