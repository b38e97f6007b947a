package io.sluice.handler.pm;

/** Decides once per counter and group whether it is wanted, and under which name. */
@FunctionalInterface
public interface CounterChoice {

  /**
   * Decides on a counter.
   *
   * @return the name to store it under, or null to leave it out
   */
  String nameOf(String group, String counter);

  /**
   * What stands for a blank value of a counter.
   *
   * @param name as {@link #nameOf} gave it
   * @return a number as the file would write it, or null to leave the blank
   */
  default String blankOf(String name) {
    return null;
  }
}
