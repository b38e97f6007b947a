package io.sluice.core.fate;

/** A target cannot take rows until a person acts; its files wait as parked, all else goes on. */
public final class ParkTarget extends FateException {

  private final String reason;

  /**
   * @param reason short and stable, a metric label: {@code schema_limit}, {@code privilege} …
   * @param message what is wrong with which target, and what to do
   */
  public ParkTarget(String reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public String reason() {
    return reason;
  }
}
