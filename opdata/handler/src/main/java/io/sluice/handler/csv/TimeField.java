package io.sluice.handler.csv;

import io.sluice.core.catalog.TimePartitions;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.core.feed.DatePattern;
import io.sluice.handler.value.LocalTimes;
import io.sluice.handler.value.PmTime;
import io.sluice.handler.value.TimeFault;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * A date or timestamp, by the feed's patterns, then by ISO 8601. A time without a zone is the
 * format's; a date without a time begins with its day; as a local time it stays what the file says.
 */
final class TimeField implements FieldParser {

  private static final long BAD = PmTime.BAD;
  private static final long MICROS = 1_000_000L;
  private static final long DAY = 86_400 * MICROS;
  private static final BadField NOT_A_TIME =
      BadField.value("not a date or time that the feed's dateFormats or ISO 8601 describe");
  private static final BadField TIME_OF_DAY =
      BadField.value("a date with a time of day, which the type date would drop; use timestamp");

  private final PgType type;
  private final List<DatePattern> patterns;
  private final ZoneId zone;
  private final LocalTimes zoneTimes;
  private final PmTime iso;
  private final ZoneId feedZone;
  private long micros;

  /**
   * A field.
   *
   * @param zone of the format
   * @param feedZone of the feed: what a date or timestamp without zone is an instant in
   */
  TimeField(PgType type, List<String> patterns, ZoneId zone, ZoneId feedZone) {
    this.type = type;
    this.patterns = patterns.stream().map(DatePattern::of).toList();
    this.zone = zone;
    this.zoneTimes = new LocalTimes(zone);
    this.iso = new PmTime(zone);
    this.feedZone = feedZone;
  }

  @Override
  public BadField put(CopyBuffer rows, char[] chars, int from, int length) {
    Optional<DatePattern.Read> read = byPattern(chars, from, length);
    if (type == PgType.TIMESTAMPTZ) {
      return read.isPresent()
          ? putInstant(rows, read.get())
          : putIsoInstant(rows, chars, from, length);
    }
    return putLocal(rows, read.isPresent() ? local(read.get()) : isoLocal(chars, from, length));
  }

  private Optional<DatePattern.Read> byPattern(char[] chars, int from, int length) {
    if (patterns.isEmpty()) {
      return Optional.empty();
    }
    String text = new String(chars, from, length).strip();
    return patterns.stream()
        .map(pattern -> pattern.read(text))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private BadField putInstant(CopyBuffer rows, DatePattern.Read read) {
    ZoneId named = read.zone() == null ? zone : read.zone();
    if (read.time() == null) {
      return putInstant(rows, startOfDay(read.date(), named), TimeFault.NOT_A_TIME, named);
    }
    LocalTimes times = named.equals(zone) ? zoneTimes : new LocalTimes(named);
    long local = local(read);
    long east = times.offset(Math.floorDiv(local, MICROS), read.endOfDay());
    return putInstant(rows, east == BAD ? BAD : local - east * MICROS, times.fault(), named);
  }

  private BadField putIsoInstant(CopyBuffer rows, char[] chars, int from, int length) {
    long day = iso.parseDate(chars, from, length);
    long instant =
        day == BAD ? iso.parse(chars, from, length) : startOfDay(LocalDate.ofEpochDay(day), zone);
    return putInstant(rows, instant, iso.fault(), zone);
  }

  private static long startOfDay(LocalDate date, ZoneId zone) {
    return date.atStartOfDay(zone).toEpochSecond() * MICROS;
  }

  private BadField putInstant(CopyBuffer rows, long instant, TimeFault fault, ZoneId in) {
    if (instant != BAD) {
      micros = instant;
      rows.putTimestamp(micros);
      return null;
    }
    return fault == TimeFault.NOT_A_TIME
        ? NOT_A_TIME
        : new BadField(fault.reason(), "the time " + fault.sentence(in));
  }

  private static long local(DatePattern.Read read) {
    long midnight = read.date().toEpochDay() * DAY;
    return read.time() == null ? midnight : midnight + read.time().toNanoOfDay() / 1_000;
  }

  private long isoLocal(char[] chars, int from, int length) {
    long day = iso.parseDate(chars, from, length);
    return day == BAD ? iso.parseLocal(chars, from, length) : day * DAY;
  }

  private BadField putLocal(CopyBuffer rows, long local) {
    if (local == BAD) {
      return NOT_A_TIME;
    }
    if (type == PgType.DATE && Math.floorMod(local, DAY) != 0) {
      return TIME_OF_DAY;
    }
    micros = inZone(local);
    if (type == PgType.DATE) {
      rows.putDate((int) Math.floorDiv(local, DAY));
    } else {
      rows.putTimestamp(local);
    }
    return null;
  }

  /** For partitions and marks only: what is stored stays local. */
  private long inZone(long local) {
    LocalDateTime time =
        LocalDateTime.ofEpochSecond(
            Math.floorDiv(local, MICROS),
            (int) Math.floorMod(local, MICROS) * 1000,
            ZoneOffset.UTC);
    Instant instant =
        type == PgType.DATE
            ? time.toLocalDate().atStartOfDay(feedZone).toInstant()
            : TimePartitions.instant(time, feedZone);
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  @Override
  public long micros() {
    return micros;
  }
}
