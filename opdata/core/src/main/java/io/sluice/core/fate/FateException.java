package io.sluice.core.fate;

/**
 * A failure whose fate is decided. Messages are for operations people: what, where, and what to do.
 */
public abstract sealed class FateException extends RuntimeException
    permits PauseStage, ParkTarget, RejectFile, RetryBatch, StagingObjectMissing {

  FateException(String message, Throwable cause) {
    super(message, cause);
  }
}
