package io.sluice.getter.source;

import java.io.IOException;

/**
 * The system cannot be used now: not reachable, login refused, host key wrong, base directory gone.
 * Its files wait; nothing counts as an attempt.
 */
public class SourceAway extends IOException {

  public SourceAway(String message) {
    super(message);
  }

  public SourceAway(String message, Throwable cause) {
    super(message, cause);
  }
}
