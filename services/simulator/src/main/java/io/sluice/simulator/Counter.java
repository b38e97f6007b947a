package io.sluice.simulator;

/**
 * One counter of a measurement group.
 *
 * @param name as in {@code measType}, e.g. {@code RRC.ConnEstabAtt.5QI1} (TS 28.552 style)
 */
public record Counter(String name, Kind kind) {

  /** What the values of a counter look like. */
  public enum Kind {
    /** Events in the period: tens to thousands. */
    COUNT,
    /** Octets in the period: mostly beyond 32 bits. */
    VOLUME,
    /** A counter since start: now and then beyond 53 bits, where a double is no longer exact. */
    TOTAL,
    /** A mean with up to three decimals. */
    MEAN,
    /** A level in dBm: negative, one decimal. */
    LEVEL,
    /** A distribution: comma-separated bins. */
    VECTOR
  }
}
