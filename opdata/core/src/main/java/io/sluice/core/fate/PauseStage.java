package io.sluice.core.fate;

/**
 * Database, broker or storage is away or full: hand the work back, say so in readiness, resume by
 * itself.
 */
public final class PauseStage extends FateException {

  public PauseStage(String message, Throwable cause) {
    super(message, cause);
  }

  public PauseStage(String message) {
    this(message, null);
  }
}
