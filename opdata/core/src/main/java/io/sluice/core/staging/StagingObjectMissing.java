package io.sluice.core.staging;

import java.io.IOException;

/**
 * There is no object under the key. At first read this is retried, since a store may show an object
 * late, then the stage before makes the object again; it never ends in a dead-letter queue.
 */
public final class StagingObjectMissing extends IOException {

  private static final long serialVersionUID = 1L;

  private final String key;

  public StagingObjectMissing(String key) {
    super("staging has no object " + key);
    this.key = key;
  }

  public String key() {
    return key;
  }
}
