package io.sluice.core.work;

/** Work that failed for a reason that has a name, though nobody knows whether it lasts. */
public final class NamedFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String reason;

  /**
   * @param reason short and stable, a metric label
   * @param message what happened and what to do
   */
  public NamedFailure(String reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** The short name of any failure: its own, or that of its kind. */
  static String reason(Throwable e) {
    return e instanceof NamedFailure named ? named.reason : e.getClass().getSimpleName();
  }
}
