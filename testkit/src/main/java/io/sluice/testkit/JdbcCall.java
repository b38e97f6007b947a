package io.sluice.testkit;

import java.sql.Connection;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What a session is asked for, and ways to say which calls are meant; see {@link FaultyDataSource}.
 *
 * @param sql of a statement; else empty
 * @param connection the real one; null before it is there
 */
public record JdbcCall(Kind kind, String sql, Connection connection) {

  /** What a call is for. */
  public enum Kind {
    /** A connection. */
    CONNECT,
    /** To execute a statement. */
    STATEMENT,
    COMMIT,
    /** The driver's own interface, as for COPY. */
    UNWRAP
  }

  public static final Predicate<JdbcCall> CONNECT = call -> call.kind() == Kind.CONNECT;
  public static final Predicate<JdbcCall> STATEMENT = call -> call.kind() == Kind.STATEMENT;
  public static final Predicate<JdbcCall> COMMIT = call -> call.kind() == Kind.COMMIT;
  public static final Predicate<JdbcCall> UNWRAP = call -> call.kind() == Kind.UNWRAP;

  private static final Pattern SETTING = Pattern.compile("\\s*(re)?set ");

  /** Statements, SET and RESET apart, and commits: all between which something may be half done. */
  public static final Predicate<JdbcCall> WORK =
      COMMIT.or(STATEMENT.and(call -> !SETTING.matcher(call.sql()).lookingAt()));

  /** Statements in which this regular expression is found, small and capital letters alike. */
  public static Predicate<JdbcCall> statement(String regex) {
    Pattern pattern = Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    return STATEMENT.and(call -> pattern.matcher(call.sql()).find());
  }

  /** Statements that contain this text. */
  public static Predicate<JdbcCall> containing(String text) {
    return STATEMENT.and(call -> call.sql().contains(text));
  }
}
