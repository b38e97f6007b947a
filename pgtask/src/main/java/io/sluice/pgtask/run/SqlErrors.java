package io.sluice.pgtask.run;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.yaml.Durations;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.Task;
import java.sql.SQLException;

/** Says in a sentence why a statement failed, and what helps. */
final class SqlErrors {

  private SqlErrors() {}

  static String say(SQLException e, Task task) {
    Limits limits = task.limits();
    SQLException reason = reason(e);
    String message =
        String.valueOf(reason.getMessage()).replaceFirst("^(ERROR|FATAL): ", "").strip();
    String state = String.valueOf(e.getSQLState());
    return switch (state) {
      case "55P03" ->
          "its lock was held by others; tried %d times, %s each. The next run retries"
              .formatted(limits.attempts(), Durations.format(limits.lockTimeout()));
      case "57014" ->
          "interrupted (cancelled, or longer than %s)"
              .formatted(Durations.format(limits.statementTimeout()));
      case "28P01" ->
          "cannot log in to database %s: %s; correct its password"
              .formatted(task.database(), message);
      case "28000" ->
          "cannot log in to database %s: %s; allow the role in pg_hba.conf, or create it: create role … login"
              .formatted(task.database(), message);
      case "3D000" ->
          "cannot log in to database %s: %s; correct url: in its declaration, or create it: create database …"
              .formatted(task.database(), message);
      case "null" -> message; // not the database's: a place of exports, a client
      default -> message + " (SQLSTATE " + state + ")";
    };
  }

  /** The outage that ends a run. */
  static PauseStage away(Task task, SQLException e) {
    return new PauseStage("database " + task.database() + ": " + reason(e).getMessage(), e);
  }

  /** A pool says only that it has no connection. */
  private static SQLException reason(SQLException e) {
    return e.getCause() instanceof SQLException cause ? cause : e;
  }
}
