package io.sluice.handler.pm;

/** Receives the measured values of a file, in the file's order. */
public interface PmSink {

  /**
   * A new element block begins; all rows until the next are this element's.
   *
   * @return false when the file has too many elements: the block's rows are not taken
   */
  boolean element(String name);

  /**
   * A row begins: the values of one object of one group at one end time.
   *
   * @param object measObjLdn, valid during the call; may be empty
   * @param endMicros end of the period, microseconds since 1970-01-01T00:00Z
   * @param granularity seconds, 0 when the file does not say it
   */
  void row(
      PmGroup group,
      char[] object,
      int offset,
      int length,
      long endMicros,
      int granularity,
      boolean suspect);

  /**
   * One value of the row.
   *
   * @param slot of the row's group
   * @return false when the text is no value; it is then not stored
   */
  boolean value(int slot, char[] chars, int offset, int length);

  /** No more rows. */
  void end();
}
