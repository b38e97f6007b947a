package io.sluice.core.fate;

import java.sql.SQLException;

/** The whole batch again: a lock, a deadlock, a timeout. */
public final class RetryBatch extends FateException {

  public static final String DEADLOCK = "40P01";

  /** A lock that did not come in time. */
  public static final String LOCK_TIMEOUT = "55P03";

  public RetryBatch(String message, Throwable cause) {
    super(message, cause);
  }

  public RetryBatch(String message) {
    this(message, null);
  }

  /** Whether it is for this SQLSTATE. */
  public boolean isOf(String sqlState) {
    return getCause() instanceof SQLException cause && sqlState.equals(cause.getSQLState());
  }
}
