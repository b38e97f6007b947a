package io.sluice.handler.reject;

/** Takes what a format could not read. All of it is counted; the text of the first ones is kept. */
public interface Rejects {

  /**
   * Counts a reject.
   *
   * @param reason short and stable, a metric label
   * @param cells how many cells (CSV: rows) it takes away; may be 0
   * @return whether {@link #keep} is wanted for it
   */
  boolean count(String reason, long cells);

  /**
   * Keeps the text of the reject counted last.
   *
   * @param position {@code line 3, column 17}
   * @param detail what is wrong, for a person
   * @param raw the text, cut by the receiver
   */
  void keep(String reason, String position, String detail, String raw);
}
