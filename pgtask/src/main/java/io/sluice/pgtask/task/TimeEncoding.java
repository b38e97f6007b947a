package io.sluice.pgtask.task;

/**
 * How a column that is neither a date nor a timestamp holds a time: as a number ({@link Epoch}), in
 * UUIDs of version 7, or as text ({@link TextTime}).
 */
public sealed interface TimeEncoding permits Epoch, TimeEncoding.Uuid7, TextTime {

  /** What {@code timeFormat} says of UUIDs. */
  String UUID7 = "uuidv7";

  /**
   * UUIDs whose first 48 bits are milliseconds since 1970. See
   * https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7
   */
  record Uuid7() implements TimeEncoding {}

  /**
   * Reads {@code timeFormat}.
   *
   * @throws BadTextException if the text is something else
   */
  static TimeEncoding parse(String text) {
    return text.equals(UUID7) ? new Uuid7() : TextTime.of(text);
  }
}
