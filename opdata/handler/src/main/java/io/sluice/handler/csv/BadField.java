package io.sluice.handler.csv;

/**
 * What is wrong with a field.
 *
 * @param reason short and stable, a metric label
 * @param message a short sentence
 */
record BadField(String reason, String message) {

  /** A text that is no value of its column's type. */
  static BadField value(String message) {
    return new BadField("bad_value", message);
  }
}
