package io.sluice.pgtask.declaration;

import io.sluice.pgtask.task.BadTextException;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.IntervalText;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The check of names of partitions such as {@code {table}_p{yyyyMMdd}}. */
final class NameFormat {

  private static final Pattern PART = Pattern.compile("\\{([^{}]*)}");
  private static final LocalDateTime FIRST = LocalDateTime.of(2023, 12, 25, 0, 0);
  private static final int LOOKED_AT = 30_000;

  private final String text;
  private final Optional<DateTimeFormatter> date;

  private NameFormat(String text, Optional<DateTimeFormatter> date) {
    this.text = text;
    this.date = date;
  }

  /**
   * @throws BadTextException if a placeholder is unknown or missing
   */
  static NameFormat of(String text) {
    boolean table = false;
    boolean from = false;
    Optional<DateTimeFormatter> date = Optional.empty();
    Matcher matcher = PART.matcher(text);
    while (matcher.find()) {
      switch (matcher.group(1)) {
        case "table" -> table = true;
        case "from" -> from = true;
        default -> {
          refuseSecond(text, date.isPresent());
          date = Optional.of(formatter(matcher.group(1)));
        }
      }
    }
    String rest = PART.matcher(text).replaceAll("");
    if (rest.contains("{") || rest.contains("}") || rest.contains("\"")) {
      throw new BadTextException(
          "name '" + text + "' has unbalanced braces or a quote", "Write {table}_p{yyyyMMdd}.");
    }
    refuseMissing(text, table, from, date.isPresent());
    return new NameFormat(text, date);
  }

  private static void refuseSecond(String text, boolean second) {
    if (second) {
      throw new BadTextException(
          "name '" + text + "' has two date patterns",
          "Write one, with _ between its parts, for example {table}_p{yyyy_MM_dd}.");
    }
  }

  private static void refuseMissing(String text, boolean table, boolean from, boolean date) {
    if (!table) {
      throw new BadTextException(
          "name '"
              + text
              + "' has no {table}, so that partitions of two tables would get"
              + " the same name",
          "Begin it with {table}.");
    }
    if (from == date) {
      throw new BadTextException(
          "name '"
              + text
              + "' has "
              + (from ? "both {from} and a date pattern" : "neither {from} nor a date pattern"),
          "Write {table}_p{yyyyMMdd} for times, or {table}_p{from} for ids.");
    }
  }

  private static DateTimeFormatter formatter(String pattern) {
    try {
      DateTimeFormatter formatter = DateTimeFormatter.ofPattern(pattern, Locale.ROOT);
      if (formatter.format(FIRST).isEmpty()) {
        throw new DateTimeException("empty");
      }
      return formatter;
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new BadTextException(
          "{" + pattern + "} is neither {table}, {from} nor a date pattern",
          "Use the letters of java.time.format.DateTimeFormatter without zones, such as yyyyMMdd"
              + " or yyyy_MM_dd_HHmm.");
    }
  }

  /** What is wrong with it for partitions of this width. */
  Optional<BadTextException> unfit(Interval by) {
    if (by instanceof Interval.Ids) {
      return date.map(
          pattern ->
              new BadTextException(
                  "name '" + text + "' has a date pattern, but partitions hold ids",
                  "Write {table}_p{from}."));
    }
    if (date.isEmpty()) {
      return Optional.of(
          new BadTextException(
              "name '" + text + "' has {from}, but partitions hold times",
              "Write a date pattern, for example {table}_p{yyyyMMdd}."));
    }
    return tellsApart(by)
        ? Optional.empty()
        : Optional.of(
            new BadTextException(
                "name '"
                    + text
                    + "' is the same for several partitions by "
                    + IntervalText.format(by),
                "Write at least {table}_p{" + pattern(by) + "}."));
  }

  private boolean tellsApart(Interval by) {
    Set<String> names = new HashSet<>();
    LocalDateTime end = FIRST.plusYears(3);
    LocalDateTime start = start(by);
    for (int i = 0; i < LOOKED_AT && start.isBefore(end); i++) {
      if (!names.add(date.orElseThrow().format(start))) {
        return false;
      }
      start = next(by, start);
    }
    return names.add(date.orElseThrow().format(start(by).plusYears(4)));
  }

  private static LocalDateTime start(Interval by) {
    boolean week =
        by instanceof Interval.Calendar calendar && calendar.unit() == Interval.Unit.WEEK;
    return week ? FIRST : LocalDateTime.of(2024, 1, 1, 0, 0);
  }

  private static LocalDateTime next(Interval by, LocalDateTime start) {
    if (by instanceof Interval.Fixed fixed) {
      return start.plus(fixed.length());
    }
    return switch (((Interval.Calendar) by).unit()) {
      case HOUR -> start.plusHours(1);
      case DAY -> start.plusDays(1);
      case WEEK -> start.plusWeeks(1);
      case MONTH -> start.plusMonths(1);
      case QUARTER -> start.plusMonths(3);
      case YEAR -> start.plusYears(1);
    };
  }

  private static String pattern(Interval by) {
    Duration length = IntervalText.shortest(by);
    if (length.compareTo(Duration.ofHours(1)) < 0) {
      return "yyyyMMdd_HHmm";
    }
    if (length.compareTo(Duration.ofDays(1)) < 0) {
      return "yyyyMMdd_HH";
    }
    if (length.compareTo(Duration.ofDays(28)) < 0) {
      return "yyyyMMdd";
    }
    return length.compareTo(Duration.ofDays(365)) < 0 ? "yyyyMM" : "yyyy";
  }
}
