package io.sluice.handler.csv;

import io.sluice.core.feed.DatePattern;
import io.sluice.handler.value.LocalTimes;
import io.sluice.handler.value.PmTime;
import io.sluice.handler.value.TimeFault;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * Reads dates and times by the feed's patterns, then by ISO 8601. A time without a zone is the
 * feed's; a date without a time begins with its day; as a local time it stays what the file says.
 */
final class CsvTimes {

  static final long BAD = PmTime.BAD;

  private static final long MICROS = 1_000_000L;
  private static final long DAY = 86_400L;

  private final List<DatePattern> patterns;
  private final ZoneId zone;
  private final LocalTimes zoneTimes;
  private final PmTime iso;
  private TimeFault fault = TimeFault.NOT_A_TIME;
  private Object faultZone;

  CsvTimes(List<String> patterns, ZoneId zone) {
    this.patterns = patterns.stream().map(DatePattern::of).toList();
    this.zone = zone;
    this.faultZone = zone;
    this.zoneTimes = new LocalTimes(zone);
    this.iso = new PmTime(zone);
  }

  /** Microseconds since 1970-01-01T00:00Z, or {@link #BAD}. */
  long instant(char[] chars, int from, int length) {
    Optional<DatePattern.Read> read = byPattern(chars, from, length);
    if (read.isPresent()) {
      return instant(read.get());
    }
    long day = iso.parseDate(chars, from, length);
    if (day != BAD) {
      return startOfDay(LocalDate.ofEpochDay(day), zone);
    }
    long micros = iso.parse(chars, from, length);
    fault = iso.fault();
    faultZone = zone;
    return micros;
  }

  /** Microseconds since 1970-01-01T00:00 of the local clock, or {@link #BAD}. */
  long local(char[] chars, int from, int length) {
    fault = TimeFault.NOT_A_TIME;
    Optional<DatePattern.Read> read = byPattern(chars, from, length);
    if (read.isPresent()) {
      return local(read.get());
    }
    long day = iso.parseDate(chars, from, length);
    return day == BAD ? iso.parseLocal(chars, from, length) : day * DAY * MICROS;
  }

  /** Why the text read last is not a time. */
  TimeFault fault() {
    return fault;
  }

  /** What is wrong with the text read last, after its name. */
  String sentence() {
    return fault.sentence(faultZone);
  }

  private Optional<DatePattern.Read> byPattern(char[] chars, int from, int length) {
    if (patterns.isEmpty()) {
      return Optional.empty();
    }
    String text = new String(chars, from, length).strip();
    for (int i = 0; i < patterns.size(); i++) {
      Optional<DatePattern.Read> read = patterns.get(i).read(text);
      if (read.isPresent()) {
        return read;
      }
    }
    return Optional.empty();
  }

  private static long local(DatePattern.Read read) {
    long midnight = read.date().toEpochDay() * DAY * MICROS;
    return read.time() == null ? midnight : midnight + read.time().toNanoOfDay() / 1_000;
  }

  private long instant(DatePattern.Read read) {
    ZoneId named = read.zone() == null ? zone : read.zone();
    if (read.time() == null) {
      return startOfDay(read.date(), named);
    }
    LocalTimes times = named.equals(zone) ? zoneTimes : new LocalTimes(named);
    long local = local(read);
    long east = times.offset(Math.floorDiv(local, MICROS), read.endOfDay());
    fault = times.fault();
    faultZone = named;
    return east == BAD ? BAD : local - east * MICROS;
  }

  private static long startOfDay(LocalDate date, ZoneId zone) {
    return date.atStartOfDay(zone).toEpochSecond() * MICROS;
  }
}
