package io.sluice.simulator;

/** How a file names and gives its values (TS 32.435, clause 4.1, offers both). */
public enum ValueForm {
  /** {@code <measType p="1">} and {@code <r p="1">}; values may be absent or blank. */
  NUMBERED,
  /** {@code <measTypes>} and {@code <measResults>}, separated by spaces. */
  LIST
}
