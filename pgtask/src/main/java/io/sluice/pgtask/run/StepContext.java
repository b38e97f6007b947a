package io.sluice.pgtask.run;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions.Body;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.Task;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;

/**
 * The way of a step to its database. Every statement runs under the task's lock and statement
 * timeouts; one that did not get its lock (SQLSTATE 55P03), lost a deadlock (40P01) or a
 * serialization (40001) is tried again after a rest, the whole transaction of it. Sessions are READ
 * COMMITTED, write values in one form, see every row or fail, and have an application name that
 * tells the task; nothing of that depends on how database and role are set: {@link
 * SessionSettings}.
 */
public interface StepContext {

  /** Runs a transaction; the body must bear being run again. Commits durably. */
  <T> T transaction(Body<T> body) throws SQLException;

  /** Runs statements in one transaction. */
  default void transaction(List<String> sql) throws SQLException {
    transaction(
        connection -> {
          Sql.execute(connection, sql);
          return null;
        });
  }

  /** Runs one statement outside a transaction. */
  void autocommit(String sql) throws SQLException;

  /** Reads in a read-only transaction; also in a dry run. */
  <T> T read(Body<T> body) throws SQLException;

  /**
   * A connection for as long as the step needs one, such as for COPY or an exported snapshot;
   * counts against the limit of connections, which waits. Close it.
   */
  Connection connection() throws SQLException;

  /**
   * Goes on, or ends the run here: cancelled, or the window closes. Long steps call it between
   * batches, where nothing is half done.
   *
   * @throws RunEnded to be let through
   */
  void checkNotEnded();

  /**
   * Says how far the step is.
   *
   * @param of what {@code done} counts up to, or -1
   */
  void progress(String what, long done, long of);

  /**
   * Counts towards the step's result at once, so that batches made before a step is broken off
   * count too. What is said here is not said in the {@link StepResult} again.
   */
  void addResult(String name, long value);

  /** What the run is of. */
  Task task();

  Limits limits();

  Clock clock();
}
