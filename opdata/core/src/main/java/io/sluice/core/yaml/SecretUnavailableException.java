package io.sluice.core.yaml;

/** A secret is not there now: broken surroundings, so the work waits and is tried again. */
public final class SecretUnavailableException extends RuntimeException {

  SecretUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
