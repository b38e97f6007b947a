package io.sluice.cli;

import io.sluice.core.fate.FateException;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RetryBatch;
import io.sluice.core.sql.DatabaseException;
import java.io.PrintWriter;
import java.sql.SQLException;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Makes one sentence and an exit code of every failure; the stack trace only with --debug. */
final class Failures implements CommandLine.IExecutionExceptionHandler {

  private final Session session;

  Failures(Session session) {
    this.session = session;
  }

  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    err.println(command.getColorScheme().errorText("sluice: " + sentence(failure)));
    if (session.debug) {
      failure.printStackTrace(err);
    }
    err.flush();
    return exitCode(failure);
  }

  private static int exitCode(Exception failure) {
    if (failure instanceof UserError error) {
      return error.exitCode();
    }
    if (failure instanceof PauseStage || failure instanceof RetryBatch) {
      return Exit.AWAY;
    }
    return isConnecting(failure) ? Exit.AWAY : Exit.FAILED;
  }

  /** Login refused, no such database, no such schema: as good as away. */
  private static boolean isConnecting(Exception failure) {
    String state = sqlState(failure);
    return state.startsWith("28")
        || state.startsWith("08")
        || isNoLedger(failure)
        || isNoDatabase(state);
  }

  private static boolean isNoDatabase(String state) {
    return state.equals("3D000");
  }

  private static boolean isNoLedger(Exception failure) {
    String state = sqlState(failure);
    return failure instanceof DatabaseException
        && (state.equals("42P01") || state.equals("3F000") || state.equals("42883"));
  }

  private String sentence(Exception failure) {
    if (failure instanceof UserError) {
      return failure.getMessage();
    }
    String state = sqlState(failure);
    if (state.isEmpty() && !(failure instanceof FateException)) {
      return "unexpected failure: %s. Run it again with --debug and report the stack trace"
          .formatted(text(failure));
    }
    return sentence(failure, state, session.databaseUrl());
  }

  private static String sentence(Exception failure, String state, String url) {
    if (isNoLedger(failure)) {
      return ("the database %s has no ledger (schema sluice). Start a Sluice service on it once to"
              + " create it, or check --url")
          .formatted(url);
    }
    if (isNoDatabase(state)) {
      return "the database %s does not exist. Check --url".formatted(url);
    }
    if (state.startsWith("28")) {
      return "the database %s rejected the login: %s. Check --user and --password-file"
          .formatted(url, oneLine(failure));
    }
    if (state.startsWith("08")) {
      return "the database %s cannot be reached: %s. Is it running? Check --url"
          .formatted(url, reason(failure));
    }
    if (state.equals("42501")) {
      return oneLine(failure) + refused(failure);
    }
    if (failure instanceof FateException) {
      return oneLine(failure) + ". Try again once it is back";
    }
    return oneLine(failure);
  }

  /** Of the ledger, all that a role needs is known. */
  private static String refused(Exception failure) {
    return failure instanceof DatabaseException
        ? ". Use --user to log in as a role with the privilege, or run: grant usage on schema"
            + " sluice to ROLE;"
            + " grant select, insert, update, delete on all tables in schema sluice to ROLE"
        : ". Use --user to log in as a role with the privilege";
  }

  private static String text(Exception failure) {
    String message = failure.getMessage();
    return failure.getClass().getSimpleName() + (message == null ? "" : ": " + oneLine(failure));
  }

  /** Without the driver's own remedy, to which there is a better one. */
  static String reason(Exception failure) {
    return oneLine(failure).replaceFirst("\\. Check that .*", "");
  }

  private static String oneLine(Exception failure) {
    Throwable deepest = failure;
    for (Throwable t = failure; t != null; t = t.getCause()) {
      deepest = t instanceof SQLException ? t : deepest;
    }
    String message = deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
    return message.strip().replaceAll("\\s*[\\r\\n]+\\s*", "; ").replaceFirst("\\.$", "");
  }

  private static String sqlState(Exception failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof SQLException sql && sql.getSQLState() != null) {
        return sql.getSQLState();
      }
    }
    return "";
  }
}
