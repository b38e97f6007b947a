package io.sluice.pgtask.run;

import io.sluice.core.fate.Fate;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.SqlFates;
import io.sluice.core.yaml.Durations;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.Task;
import java.sql.SQLException;

/** Says in a sentence why a statement failed, and what helps. */
final class SqlProblems {

  private SqlProblems() {}

  static String say(SQLException e, Limits limits) {
    String message = String.valueOf(e.getMessage()).replaceFirst("^ERROR: ", "").strip();
    String state = String.valueOf(e.getSQLState());
    return switch (state) {
      case "55P03" ->
          "others held its lock; tried %d times, %s each. The next run tries again"
              .formatted(limits.attempts(), Durations.format(limits.lockTimeout()));
      case "57014" ->
          "broken off (cancelled, or longer than %s)"
              .formatted(Durations.format(limits.statementTimeout()));
      case "42501" -> message + "; the role of this task lacks that privilege";
      case "null" -> message; // not the database's: a place of exports, a client
      default -> message + " (SQLSTATE " + state + ")";
    };
  }

  /**
   * @throws PauseStage when the database is away, which ends the run
   */
  static void pauseIfAway(Task task, SQLException e) {
    if (SqlFates.of(e) == Fate.PAUSE) {
      throw away(task, e);
    }
  }

  static PauseStage away(Task task, SQLException e) {
    SQLException reason = e.getCause() instanceof SQLException cause ? cause : e;
    return new PauseStage("database " + task.database() + ": " + reason.getMessage(), e);
  }
}
