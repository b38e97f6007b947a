package io.sluice.handler.value;

/** Why a text is not one instant. */
public enum TimeFault {
  /** No time in any form that is read. */
  NOT_A_TIME("bad_time", "is not a time"),
  /** A local time that the zone skips, when clocks go forward. */
  NONEXISTENT(
      "nonexistent_time",
      "does not exist in the zone %s, whose clocks skip it; if the files keep one offset all year,"
          + " set it as the format's zone, such as +01:00"),
  /** A local time that the zone has twice, when clocks go back. */
  AMBIGUOUS(
      "ambiguous_time",
      "exists twice in the zone %s, whose clocks go back over it; have times written with their"
          + " offset, such as 02:30+01:00, or if the files keep one offset all year, set it as the"
          + " format's zone");

  private final String reason;
  private final String sentence;

  TimeFault(String reason, String sentence) {
    this.reason = reason;
    this.sentence = sentence;
  }

  /** Short and stable, a metric label. */
  public String reason() {
    return reason;
  }

  /** What is wrong, after the name of the time. */
  public String sentence(Object zone) {
    return sentence.formatted(zone);
  }
}
