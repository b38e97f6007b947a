package io.sluice.pgtask.task;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times as text whose order is theirs: from the year on, every part at full width, whatever stands
 * between them. Weeks and days of the year, names of months, and years of two digits are no such
 * parts.
 *
 * @param pattern of java.time, such as {@code yyyyMMddHH}
 */
public record TextTime(String pattern) implements TimeEncoding {

  /** A part of a time: how it is written, what may stand there, and how long it lasts at least. */
  private record Part(String letters, String digits, ChronoUnit unit, Duration shortest) {}

  private static final List<Part> PARTS =
      List.of(
          new Part("yyyy", "[0-9]{4}", ChronoUnit.YEARS, Duration.ofDays(365)),
          new Part("MM", "(0[1-9]|1[0-2])", ChronoUnit.MONTHS, Duration.ofDays(28)),
          new Part("dd", "(0[1-9]|[12][0-9]|3[01])", ChronoUnit.DAYS, Duration.ofDays(1)),
          new Part("HH", "([01][0-9]|2[0-3])", ChronoUnit.HOURS, Duration.ofHours(1)),
          new Part("mm", "[0-5][0-9]", ChronoUnit.MINUTES, Duration.ofMinutes(1)),
          new Part("ss", "[0-5][0-9]", ChronoUnit.SECONDS, Duration.ofSeconds(1)));

  private static final Pattern SORTABLE = Pattern.compile(sortable(0));
  private static final Pattern LETTERS = Pattern.compile("yyyy|MM|dd|HH|mm|ss");

  /** The parts from one on, each only after the one before it. */
  private static String sortable(int part) {
    if (part == PARTS.size()) {
      return "";
    }
    String between = part == 0 ? "" : "([-/._: ]|'T')?";
    String rest = between + PARTS.get(part).letters + sortable(part + 1);
    return part == 0 ? rest : "(" + rest + ")?";
  }

  /**
   * @throws BadTextException if texts of the pattern are not in the order of their times
   */
  static TextTime of(String pattern) {
    if (!SORTABLE.matcher(pattern).matches()) {
      throw new BadTextException(
          "timeFormat '" + pattern + "' is neither uuidv7 nor a pattern whose text sorts by time",
          "Write yyyy, MM, dd, HH, mm, ss in this order, as far as the column has them, for example"
              + " yyyy-MM-dd or yyyyMMddHH.");
    }
    return new TextTime(pattern);
  }

  private Part last() {
    int parts = (int) LETTERS.matcher(pattern).results().count();
    return PARTS.get(parts - 1);
  }

  /** The shortest that texts can tell apart. */
  public Duration resolution() {
    return last().shortest;
  }

  /** The time that the text of a time says. */
  public LocalDateTime truncate(LocalDateTime time) {
    return switch (last().unit) {
      case YEARS -> time.truncatedTo(ChronoUnit.DAYS).withDayOfYear(1);
      case MONTHS -> time.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1);
      default -> time.truncatedTo(last().unit);
    };
  }

  /**
   * @throws IllegalArgumentException if the year has not four digits
   */
  public String format(LocalDateTime time) {
    if (time.getYear() < 1 || time.getYear() > 9999) {
      throw new IllegalArgumentException(
          "the year %d cannot be written as %s".formatted(time.getYear(), pattern));
    }
    return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).format(time);
  }

  /** Regular expression of its texts, for PostgreSQL and Java alike. */
  public String regex() {
    String plain = pattern.replace("'", "").replace(".", "[.]");
    Matcher matcher = LETTERS.matcher(plain);
    StringBuilder regex = new StringBuilder("^");
    for (int part = 0; matcher.find(); part++) {
      matcher.appendReplacement(regex, PARTS.get(part).digits);
    }
    return matcher.appendTail(regex).append('$').toString();
  }

  /** A text of it with a 0 for each digit. */
  public String zeros() {
    return pattern.replace("'", "").replaceAll("[yMdHms]", "0");
  }
}
