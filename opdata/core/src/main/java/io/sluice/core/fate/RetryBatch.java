package io.sluice.core.fate;

/** The whole batch again: a lock, a deadlock, a timeout. */
public final class RetryBatch extends FateException {

  public RetryBatch(String message, Throwable cause) {
    super(message, cause);
  }

  public RetryBatch(String message) {
    this(message, null);
  }
}
