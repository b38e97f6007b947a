package io.sluice.core.sql;

import io.sluice.core.fate.Fate;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RetryBatch;
import io.sluice.core.fate.SqlFates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** Runs one transaction and gives database failures their fate. */
public final class Transactions {

  /** Work inside a transaction. */
  @FunctionalInterface
  public interface Body<T> {
    T run(Connection connection) throws SQLException;
  }

  private final DataSource dataSource;

  public Transactions(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** Commits without waiting for the disk: everything but loads can be repeated (D1). */
  public <T> T ledger(Body<T> body) {
    return run(body, true);
  }

  /** Commits durably. */
  public <T> T durable(Body<T> body) {
    return run(body, false);
  }

  private <T> T run(Body<T> body, boolean async) {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      try {
        if (async) {
          try (Statement statement = connection.createStatement()) {
            statement.execute("set local synchronous_commit = off");
          }
        }
        T result = body.run(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        rollback(connection, e);
        throw e;
      }
    } catch (SQLException e) {
      throw fate(e);
    }
  }

  private static void rollback(Connection connection, Exception cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  /** The exception to throw for a failed statement: pause, retry, or {@link DatabaseException}. */
  public static RuntimeException fate(SQLException e) {
    Fate fate = SqlFates.of(e);
    return switch (fate) {
      case PAUSE -> new PauseStage("database: " + e.getMessage(), e);
      case RETRY_BATCH -> new RetryBatch("database: " + e.getMessage(), e);
      default -> new DatabaseException(e);
    };
  }
}
