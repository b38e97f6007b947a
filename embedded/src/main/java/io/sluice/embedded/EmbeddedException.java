package io.sluice.embedded;

/** An embedded server could not do what was asked; the message says why and what helps. */
public final class EmbeddedException extends RuntimeException {
  public EmbeddedException(String message) {
    super(message);
  }

  public EmbeddedException(String message, Throwable cause) {
    super(message, cause);
  }
}
