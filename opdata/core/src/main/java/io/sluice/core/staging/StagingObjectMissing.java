package io.sluice.core.staging;

import java.io.IOException;

/**
 * There is no object under the key. At first read this is retried, since a store may show an object
 * late, then the stage before makes the object again, with the attempt counted.
 */
public final class StagingObjectMissing extends IOException {

  public StagingObjectMissing(String key) {
    this(key, null);
  }

  StagingObjectMissing(String key, Throwable cause) {
    super("staging has no object " + key, cause);
  }
}
