package io.sluice.service.broker;

/** A message that no repetition makes better; it is dead-lettered with its bytes. */
public final class RefusedMessage extends RuntimeException {
  private final String reason;

  /**
   * @param reason in one word, for the headers
   */
  public RefusedMessage(String reason, IllegalArgumentException cause) {
    super(cause.getMessage(), cause);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
