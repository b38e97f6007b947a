package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.run.StepContext;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * A snapshot that several transactions see, held by a session of its own; see
 * https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION
 */
final class ExportedSnapshot implements AutoCloseable {

  /** Each transaction sees its own. */
  static final ExportedSnapshot NONE = new ExportedSnapshot(null);

  private final Connection holder;
  private String id = "";

  private ExportedSnapshot(Connection holder) {
    this.holder = holder;
  }

  /**
   * @throws SQLException also if the task may have one connection only
   */
  static ExportedSnapshot open(StepContext context) throws SQLException {
    if (context.limits().connections() < 2) {
      throw new SQLException(
          "a table without a key needs two connections; set limits.connections of the task to 2",
          "53300");
    }
    return new ExportedSnapshot(context.connection());
  }

  /** Takes it now, in place of an earlier one. */
  void take() throws SQLException {
    if (holder == null) {
      return;
    }
    if (!holder.getAutoCommit()) {
      holder.rollback();
    }
    holder.setAutoCommit(false);
    Sql.execute(holder, "set transaction isolation level repeatable read");
    id = Sql.strings(holder, "select pg_export_snapshot()").get(0);
  }

  /** For a transaction that has done nothing yet. */
  void use(Connection connection) throws SQLException {
    if (holder != null) {
      Sql.execute(connection, "set transaction isolation level repeatable read");
      Sql.execute(connection, "set transaction snapshot " + SqlNames.literal(id));
    }
  }

  @Override
  public void close() throws SQLException {
    if (holder != null) {
      try (holder) {
        if (!holder.isClosed() && !holder.getAutoCommit()) {
          holder.rollback();
          holder.setAutoCommit(true);
        }
      }
    }
  }
}
