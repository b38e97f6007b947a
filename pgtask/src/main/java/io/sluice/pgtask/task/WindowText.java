package io.sluice.pgtask.task;

import io.sluice.core.yaml.Suggestion;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The text form of windows: days, times and perhaps a zone, as in {@code Saturday 01:00-05:00} or
 * {@code Mon-Fri 22:00–04:00 Asia/Shanghai}.
 */
public final class WindowText {

  private static final String TO = "\\s*[-–—]\\s*";
  private static final String TIME = "([0-9]{1,2}:[0-9]{2})";
  private static final Pattern TEXT =
      Pattern.compile("(\\p{L}.*?)\\s+" + TIME + TO + TIME + "(?:\\s+(\\S+))?");
  private static final String EXAMPLES =
      "Saturday 01:00-05:00, Mon-Fri 22:00-04:00 Asia/Shanghai or daily 01:00-05:00";
  private static final List<String> DAYS =
      Arrays.stream(DayOfWeek.values())
          .map(day -> day.getDisplayName(TextStyle.FULL, Locale.ENGLISH))
          .toList();

  private WindowText() {}

  /**
   * Reads the text form.
   *
   * @param zone unless the text names another
   * @throws BadTextException if the text is something else
   */
  public static Window parse(String text, ZoneId zone) {
    Matcher matcher = TEXT.matcher(text.strip());
    if (!matcher.matches()) {
      throw new BadTextException(
          "'" + text + "' is not a window", "Write days and times, for example " + EXAMPLES + ".");
    }
    LocalTime from = time(matcher.group(2), false);
    LocalTime to = time(matcher.group(3), true);
    if (from.equals(to) && !matcher.group(3).equals("24:00")) {
      throw new BadTextException(
          "window '" + text + "' ends when it begins",
          "Write a later end, or 00:00-24:00 for a whole day.");
    }
    return new Window(days(matcher.group(1)), from, to, zone(matcher.group(4), zone));
  }

  private static LocalTime time(String text, boolean end) {
    if (end && text.equals("24:00")) {
      return LocalTime.MIDNIGHT;
    }
    return TimeText.parse(text);
  }

  private static Set<DayOfWeek> days(String text) {
    if (text.equalsIgnoreCase("daily")) {
      return EnumSet.allOf(DayOfWeek.class);
    }
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (String part : text.split("\\s*,\\s*", -1)) {
      String[] ends = part.split(TO, -1);
      if (ends.length > 2) {
        throw unknownDay(part);
      }
      DayOfWeek last = day(ends[ends.length - 1]);
      for (DayOfWeek day = day(ends[0]); day != last; day = day.plus(1)) {
        days.add(day);
      }
      days.add(last);
    }
    return days;
  }

  private static DayOfWeek day(String text) {
    String word = text.strip().toLowerCase(Locale.ROOT);
    for (int i = 0; i < DAYS.size(); i++) {
      String name = DAYS.get(i).toLowerCase(Locale.ROOT);
      if (word.length() >= 3 && (name.equals(word) || name.substring(0, 3).equals(word))) {
        return DayOfWeek.of(i + 1);
      }
    }
    throw unknownDay(text.strip());
  }

  private static BadTextException unknownDay(String text) {
    return new BadTextException(
        "'" + text + "' is not a day of the week",
        Suggestion.of(text, DAYS)
            .map(day -> "Did you mean '" + day + "'?")
            .orElse("Write daily, or days such as Saturday, Mon-Fri or Sat,Sun."));
  }

  private static ZoneId zone(String text, ZoneId otherwise) {
    try {
      return text == null ? otherwise : ZoneId.of(text);
    } catch (DateTimeException e) {
      throw new BadTextException(
          "'" + text + "' is not a time zone",
          Suggestion.of(text, ZoneId.getAvailableZoneIds())
              .map(meant -> "Did you mean '" + meant + "'?")
              .orElse("Write a zone such as Asia/Shanghai at the end."));
    }
  }

  /** The text form, zone included. */
  public static String format(Window window) {
    String days =
        window.days().size() == DAYS.size()
            ? "daily"
            : window.days().stream()
                .sorted()
                .map(day -> DAYS.get(day.getValue() - 1))
                .collect(Collectors.joining(","));
    return "%s %s-%s %s".formatted(days, window.from(), window.to(), window.zone());
  }
}
