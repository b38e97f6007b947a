package io.sluice.core.fate;

/** A staged object is not there: read again, then made again from the step before. */
public final class StagingObjectMissing extends FateException {

  public StagingObjectMissing(String message) {
    super(message, null);
  }
}
