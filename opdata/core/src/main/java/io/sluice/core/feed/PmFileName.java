package io.sluice.core.feed;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the name of a performance-measurement file says (3GPP TS 32.432, file naming convention):
 * {@code A20181002.0000+0100-0015+0100_-job1_gNB7_-_2.xml.gz}. Also understood: a blank or an
 * underscore where the plus was, no offset at all, and the prefix {@code PM}. The name is a hint;
 * the content decides.
 *
 * @param begin of the period
 * @param end of the period, after its begin
 * @param element the unique id of the sender, if the name has one
 */
public record PmFileName(Instant begin, Instant end, Optional<String> element) {

  private static final String PREFIX = "(?:^|.*[^A-Za-z0-9])(?:[ABCD]|PM)([0-9]{8})\\.([0-9]{4})";
  private static final String OFFSET = "([+\\-_ ])([0-9]{4})";
  private static final String END_DATE = "-(?:([0-9]{8})\\.)?([0-9]{4})";
  private static final String REST = "(?:([^0-9].*)?)";
  private static final Pattern WITH_OFFSETS =
      Pattern.compile(PREFIX + OFFSET + END_DATE + OFFSET + REST);
  private static final Pattern WITHOUT_OFFSETS =
      Pattern.compile(PREFIX + "()()" + END_DATE + "()()" + REST);
  private static final Pattern EXTENSIONS =
      Pattern.compile("(?:\\.(?:xml[0-9]?|gz|zip|tar|tgz|csv))+$", Pattern.CASE_INSENSITIVE);
  private static final Pattern SENDER =
      Pattern.compile("(?:_-[^_]+)?(?:_(?!-_[0-9]+$)(.+?))?(?:_-_[0-9]+)?");
  private static final String END_OF_DAY = "2400";

  /**
   * Reads a file name, with or without its path; empty if it is of another kind, or if its dates
   * are none, or are local times that the zone does not have or has twice.
   *
   * @param zone of names without an offset
   */
  public static Optional<PmFileName> parse(String path, ZoneId zone) {
    try {
      return matched(path).map(name -> read(name, zone));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** The unique id of the sender in a file name, whatever its dates are. */
  public static Optional<String> elementIn(String path) {
    return matched(path).flatMap(name -> sender(name.group(9)));
  }

  private static Optional<Matcher> matched(String path) {
    String name = EXTENSIONS.matcher(path.substring(path.lastIndexOf('/') + 1)).replaceFirst("");
    Matcher matcher = WITH_OFFSETS.matcher(name);
    if (matcher.matches()) {
      return Optional.of(matcher);
    }
    matcher = WITHOUT_OFFSETS.matcher(name);
    return matcher.matches() ? Optional.of(matcher) : Optional.empty();
  }

  private static PmFileName read(Matcher name, ZoneId zone) {
    LocalDateTime begin = time(name.group(1), name.group(2));
    String endDate = name.group(5) == null ? name.group(1) : name.group(5);
    LocalDateTime end = time(endDate, name.group(6));
    if (name.group(5) == null && !end.isAfter(begin)) {
      end = end.plusDays(1);
    }
    return new PmFileName(
        instant(begin, offset(name.group(3), name.group(4), zone)),
        instant(end, offset(name.group(7), name.group(8), zone)),
        sender(name.group(9)));
  }

  /** 2400 is the end of the day, as ISO 8601 has it. */
  private static LocalDateTime time(String date, String hourAndMinute) {
    LocalDate day = LocalDate.parse(date, DateTimeFormatter.BASIC_ISO_DATE);
    if (hourAndMinute.equals(END_OF_DAY)) {
      return day.plusDays(1).atStartOfDay();
    }
    return day.atTime(
        Integer.parseInt(hourAndMinute.substring(0, 2)),
        Integer.parseInt(hourAndMinute.substring(2)));
  }

  private static Instant instant(LocalDateTime local, ZoneId zone) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
    if (offsets.size() != 1) {
      throw new DateTimeException(zone + " has " + local + " " + offsets.size() + " times");
    }
    return local.toInstant(offsets.get(0));
  }

  private static ZoneId offset(String sign, String digits, ZoneId zone) {
    return digits.isEmpty() ? zone : ZoneOffset.of((sign.equals("-") ? "-" : "+") + digits);
  }

  private static Optional<String> sender(String rest) {
    Matcher matcher = SENDER.matcher(rest == null ? "" : rest);
    return matcher.matches() ? Optional.ofNullable(matcher.group(1)) : Optional.empty();
  }
}
