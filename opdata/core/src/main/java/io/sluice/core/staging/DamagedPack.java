package io.sluice.core.staging;

import java.io.IOException;

/** An object where a pack should be, whose index cannot be read. */
public final class DamagedPack extends IOException {

  DamagedPack(String message) {
    super(message);
  }

  DamagedPack(String message, Throwable cause) {
    super(message, cause);
  }
}
