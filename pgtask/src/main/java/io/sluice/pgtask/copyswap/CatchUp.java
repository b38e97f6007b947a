package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.run.StepContext;
import java.sql.SQLException;
import java.util.Set;

/** Applies the log, a transaction each chunk, until little is left. */
final class CatchUp {

  private static final String CHECK_VIOLATION = "23514";

  /** unique_violation, exclusion_violation. */
  private static final Set<String> CONFLICT = Set.of("23505", "23P01");

  private final CopyNames names;
  private final CopyLayout layout;
  private final ChangeLog log;
  private long applied;

  CatchUp(CopyNames names, CopyLayout layout, ChangeLog log) {
    this.names = names;
    this.layout = layout;
    this.log = log;
  }

  /** Rows of the log so far. */
  long applied() {
    return applied;
  }

  /**
   * Until less than a chunk was left. The copy is then what the table was at one moment, so that
   * whatever is unique in one is so in the other.
   */
  void run(StepContext context) throws SQLException {
    long rows;
    do {
      context.checkNotEnded();
      checkLog(context);
      rows = chunk(context, ChangeLog.CHUNK);
      applied += rows;
      context.progress("catching up with " + names.table() + ", changes", applied, -1);
    } while (rows >= ChangeLog.CHUNK);
  }

  /**
   * A log that grows without end fills the disk of a server that others use.
   *
   * @throws SQLException that gives the copy up, if it is too large
   */
  void checkLog(StepContext context) throws SQLException {
    long bytes =
        context.read(
            c -> Sql.number(c, "select pg_total_relation_size(?::regclass)", names.log().sql()));
    if (bytes > context.limits().log()) {
      throw new SQLException(
          UnfinishedRewrite.logTooLarge(names.table(), bytes, context.limits().log()),
          CopySwapStep.STATE_CHANGED);
    }
  }

  private long chunk(StepContext context, int most) throws SQLException {
    try {
      return apply(context, most);
    } catch (SQLException e) {
      if (makeRoom(context, e)) {
        return chunk(context, most);
      }
      if (CONFLICT.contains(String.valueOf(e.getSQLState())) && most != ChangeLog.ALL) {
        return chunk(context, ChangeLog.ALL); // only all changes together need be free of conflicts
      }
      throw e;
    }
  }

  private long apply(StepContext context, int most) throws SQLException {
    return context.transaction(
        connection -> {
          Sql.execute(connection, "set transaction isolation level repeatable read");
          return log.apply(connection, most);
        });
  }

  /** For rows of the log that the copy has no partition for. */
  boolean makeRoom(StepContext context, SQLException e) throws SQLException {
    return makeRoom(context, e, log.written());
  }

  /**
   * @param from what follows FROM in a query of rows that the copy refused
   */
  boolean makeRoom(StepContext context, SQLException e, String from) throws SQLException {
    return CHECK_VIOLATION.equals(e.getSQLState())
        && context.transaction(connection -> layout.makeRoom(connection, from));
  }
}
