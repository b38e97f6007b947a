package io.sluice.handler.pm;

/**
 * Bounds on what one measurement file may ask for. Beyond them its values are rejected and counted.
 */
final class PmLimits {

  /** Longest name of a counter, group, object or element; PostgreSQL's B-tree takes 2,700 bytes. */
  static final int NAME_CHARS = 650;

  /** Distinct elements, and the chars of their names. */
  static final int ELEMENTS = 200_000;

  static final int ELEMENT_CHARS = 16 << 20;

  static final int GROUPS = 10_000;
  static final int SLOTS_PER_GROUP = 32_000;
  static final int NAMES = 1_000_000;

  /** Chars of all values of one measValue. */
  static final int ROW_CHARS = 4 << 20;

  /** Values of one measValue. */
  static final int ROW_VALUES = 1_000_000;

  private PmLimits() {}
}
