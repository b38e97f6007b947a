package io.sluice.handler.csv;

import io.sluice.handler.value.PmTime;
import java.text.ParsePosition;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.List;
import java.util.Locale;

/**
 * Reads dates and times by the feed's patterns, then by ISO 8601. A time without a zone is the
 * feed's; as a local time it stays what the file says.
 */
final class CsvTimes {

  static final long BAD = Long.MIN_VALUE;

  private final List<DateTimeFormatter> patterns;
  private final ZoneId zone;
  private final PmTime iso;
  private final PmTime isoLocal = new PmTime(ZoneOffset.UTC);
  private char[] text = new char[64];
  private long instant;

  CsvTimes(List<String> patterns, ZoneId zone) {
    this.patterns =
        patterns.stream().map(p -> DateTimeFormatter.ofPattern(p, Locale.ENGLISH)).toList();
    this.zone = zone;
    this.iso = new PmTime(zone);
  }

  /** Microseconds since 1970-01-01T00:00 of the local clock, or {@link #BAD}. */
  long local(char[] chars, int from, int length) {
    for (int i = 0; i < patterns.size(); i++) {
      long local = byPattern(patterns.get(i), new String(chars, from, length).strip());
      if (local != BAD) {
        return local;
      }
    }
    return byIso(chars, from, length);
  }

  /** The time read last as an instant, microseconds since 1970-01-01T00:00Z. */
  long instant() {
    return instant;
  }

  private long byIso(char[] chars, int from, int length) {
    int size = length;
    if (text.length < length + 6) {
      text = new char[length * 2 + 6];
    }
    System.arraycopy(chars, from, text, 0, length);
    if (length == 10 || length == 8) {
      System.arraycopy(new char[] {'T', '0', '0', ':', '0', '0'}, 0, text, length, 6);
      size += 6;
    }
    instant = iso.parse(text, 0, size);
    if (instant == PmTime.BAD) {
      return BAD;
    }
    int zoneAt = zoneStart(size);
    return isoLocal.parse(text, 0, zoneAt);
  }

  /** Where the zone begins, so that the local time can be read without it. */
  private int zoneStart(int size) {
    for (int i = Math.min(size, 11); i < size; i++) {
      if (text[i] == 'Z' || text[i] == 'z' || text[i] == '+' || text[i] == '-') {
        return i;
      }
    }
    return size;
  }

  private long byPattern(DateTimeFormatter pattern, String value) {
    ParsePosition position = new ParsePosition(0);
    try {
      TemporalAccessor parsed = pattern.parse(value, position);
      if (position.getIndex() < value.length()) {
        return BAD;
      }
      LocalDate date = parsed.query(TemporalQueries.localDate());
      LocalTime time = parsed.query(TemporalQueries.localTime());
      if (date == null) {
        return BAD;
      }
      LocalDateTime local = date.atTime(time == null ? LocalTime.MIDNIGHT : time);
      ZoneId named = parsed.query(TemporalQueries.zone());
      instant = micros(local, offset(local, named));
      return micros(local, ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return BAD;
    }
  }

  private ZoneOffset offset(LocalDateTime local, ZoneId named) {
    return (named == null ? zone : named).getRules().getOffset(local);
  }

  private static long micros(LocalDateTime local, ZoneOffset offset) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, local.toInstant(offset));
  }
}
