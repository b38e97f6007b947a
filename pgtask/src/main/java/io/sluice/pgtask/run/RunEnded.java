package io.sluice.pgtask.run;

/** Unwinds a run that was cancelled, or whose window closes. */
public final class RunEnded extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Why {
    CANCELLED,
    WINDOW_CLOSED
  }

  private final Why why;

  public RunEnded(Why why, String message) {
    super(message, null, false, false);
    this.why = why;
  }

  public Why why() {
    return why;
  }
}
