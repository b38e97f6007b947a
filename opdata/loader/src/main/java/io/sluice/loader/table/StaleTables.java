package io.sluice.loader.table;

import java.sql.SQLException;
import java.util.Set;
import org.postgresql.util.PSQLException;

/** What was known of tables is not so any more: look again, then repeat the batch. */
public final class StaleTables extends RuntimeException {

  private static final String CHECK_VIOLATION = "23514";

  private final transient Set<Integer> tableIds;

  public StaleTables(Set<Integer> tableIds, String message, Throwable cause) {
    super(message, cause);
    this.tableIds = tableIds;
  }

  /**
   * Whether a row found no partition, or not its own; of a CHECK of the user's the server gives the
   * name. Where the partition is there all the same, another session attached it a moment ago:
   * ATTACH does not wait for writers, and theirs may have learnt of the commit before the server
   * told them of the new partition. The next transaction knows it.
   */
  public static boolean lacksPartition(SQLException e) {
    return CHECK_VIOLATION.equals(e.getSQLState())
        && e instanceof PSQLException refusal
        && refusal.getServerErrorMessage() != null
        && refusal.getServerErrorMessage().getConstraint() == null;
  }

  public Set<Integer> tableIds() {
    return tableIds;
  }
}
