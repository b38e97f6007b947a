package io.sluice.handler.reject;

/** Takes what a format could not read. All of it is counted; the first of each reason are kept. */
public interface Rejects {

  /**
   * Counts a reject.
   *
   * @param reason short and stable, a metric label
   * @param cells how many cells (CSV: rows) it takes away; may be 0
   * @return whether {@link #keep} is wanted for it, else nothing else is to be done
   */
  boolean count(String reason, long cells);

  /** Keeps the reject counted last. */
  void keep(Reject reject);
}
