package io.sluice.core.staging;

import java.io.IOException;

/** Staging has no room. What would fill it pauses until it has; nothing is lost. */
public final class StagingFull extends IOException {

  public StagingFull(String message) {
    super(message);
  }

  StagingFull(String message, Throwable cause) {
    super(message, cause);
  }
}
