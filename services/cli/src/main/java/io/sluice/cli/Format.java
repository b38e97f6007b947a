package io.sluice.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Values as people read them: times in the local zone with its offset. */
record Format(ZoneId zone) {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ssxxx", Locale.ROOT);

  String time(Instant instant) {
    return instant == null ? "" : TIME.format(instant.atZone(zone));
  }

  String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** {@code 1 file}, {@code 1,234 files}. */
  String count(long number, String noun) {
    return number(number) + " " + noun + (number == 1 ? "" : "s");
  }

  String rate(double perSecond) {
    return String.format(
        Locale.ROOT, perSecond < 10 && perSecond > 0 ? "%,.1f" : "%,.0f", perSecond);
  }

  String text(Object value) {
    return value == null ? "" : value.toString();
  }

  /** The two largest units: {@code 3d 4h}, {@code 12m 5s}. */
  String duration(Duration duration) {
    if (duration == null) {
      return "";
    }
    String sign = duration.isNegative() ? "-" : "";
    Duration abs = duration.abs();
    if (abs.toDays() > 0) {
      return sign + abs.toDays() + "d " + abs.toHoursPart() + "h";
    }
    if (abs.toHours() > 0) {
      return sign + abs.toHours() + "h " + abs.toMinutesPart() + "m";
    }
    return sign + (abs.toMinutes() > 0 ? abs.toMinutes() + "m " : "") + abs.toSecondsPart() + "s";
  }
}
