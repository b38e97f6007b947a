package io.sluice.pgtask.run;

/** Unwinds a run that was cancelled, whose process stops, or whose window closes. */
public final class RunEnded extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** A person wants it undone, as far as it can be. */
    CANCELLED,
    /** The process stops, or another one may have taken over: the next run carries on. */
    RELEASED,
    WINDOW_CLOSED
  }

  private final Reason why;

  public RunEnded(Reason why, String message) {
    super(message, null, false, false);
    this.why = why;
  }

  public Reason why() {
    return why;
  }
}
