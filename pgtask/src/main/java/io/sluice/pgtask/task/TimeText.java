package io.sluice.pgtask.task;

import java.time.DateTimeException;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;

/** Times of a day, {@code 03:10}. */
final class TimeText {

  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("H:mm").withResolverStyle(ResolverStyle.STRICT);

  private TimeText() {}

  /**
   * @throws BadTextException if the text is something else
   */
  static LocalTime parse(String text) {
    try {
      return LocalTime.parse(text.strip(), FORMAT);
    } catch (DateTimeException e) {
      throw new BadTextException(
          "'" + text.strip() + "' is not a time of the day",
          "Write hours and minutes from 00:00 to 23:59, for example 03:10.");
    }
  }
}
