package io.sluice.pgtask.task;

import io.sluice.core.yaml.Durations;
import io.sluice.core.yaml.Suggestion;
import io.sluice.pgtask.task.Interval.Unit;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The text form of intervals: {@code day}, {@code 15m}, {@code 1000000}. */
public final class IntervalText {

  private static final List<String> UNITS =
      Arrays.stream(Unit.values()).map(unit -> unit.name().toLowerCase(Locale.ROOT)).toList();
  private static final Duration DAY = Duration.ofDays(1);

  private IntervalText() {}

  /**
   * Reads the text form.
   *
   * @throws BadTextException if the text is something else
   */
  public static Interval parse(String text) {
    String word = text.strip();
    if (UNITS.contains(word)) {
      return new Interval.Calendar(Unit.valueOf(word.toUpperCase(Locale.ROOT)));
    }
    if (word.matches("[1-9][0-9]{0,17}")) {
      return new Interval.Ids(Long.parseLong(word));
    }
    return fixed(
        word,
        Durations.parse(word)
            .orElseThrow(
                () ->
                    new BadTextException(
                        "'" + text + "' is not a partition interval",
                        Suggestion.of(word, UNITS)
                            .map(unit -> "Did you mean '" + unit + "'?")
                            .orElse(
                                "Write "
                                    + String.join(", ", UNITS)
                                    + ", a time that divides a day such as 15m, or a number of"
                                    + " ids."))));
  }

  /** An hour and a day are calendar periods however they are written. */
  private static Interval fixed(String text, Duration length) {
    if (length.equals(DAY)) {
      return new Interval.Calendar(Unit.DAY);
    }
    if (length.equals(Duration.ofHours(1))) {
      return new Interval.Calendar(Unit.HOUR);
    }
    boolean divides =
        length.compareTo(Duration.ofMinutes(1)) >= 0
            && length.compareTo(DAY) < 0
            && DAY.toMillis() % length.toMillis() == 0;
    if (!divides) {
      throw new BadTextException(
          "partition interval " + text + " does not divide a day",
          "Write a time from 1m to 12h that does, such as 15m or 6h, or day, week, month, quarter,"
              + " year.");
    }
    return new Interval.Fixed(length);
  }

  /** The text form. */
  public static String format(Interval interval) {
    if (interval instanceof Interval.Calendar calendar) {
      return calendar.unit().name().toLowerCase(Locale.ROOT);
    }
    return interval instanceof Interval.Fixed fixed
        ? Durations.format(fixed.length())
        : Long.toString(((Interval.Ids) interval).count());
  }

  /** The shortest that one lasts; zero for ids. */
  public static Duration shortest(Interval interval) {
    if (interval instanceof Interval.Fixed fixed) {
      return fixed.length();
    }
    return interval instanceof Interval.Calendar calendar
        ? Duration.ofDays(days(calendar.unit())).plusHours(calendar.unit() == Unit.HOUR ? 1 : 0)
        : Duration.ZERO;
  }

  private static int days(Unit unit) {
    return switch (unit) {
      case HOUR -> 0;
      case DAY -> 1;
      case WEEK -> 7;
      case MONTH -> 28;
      case QUARTER -> 90;
      case YEAR -> 365;
    };
  }
}
