package io.sluice.handler.csv;

import io.sluice.core.catalog.TimePartitions;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.handler.value.TimeFault;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** A date or timestamp. */
final class TimeField implements FieldParser {

  private static final long MICROS = 1_000_000L;
  private static final long DAY = 86_400 * MICROS;
  private static final BadField NOT_A_TIME =
      BadField.value("not a date or time that the feed's dateFormats or ISO 8601 describe");
  private static final BadField TIME_OF_DAY =
      BadField.value("a date with a time of day, which the type date would drop; use timestamp");

  private final PgType type;
  private final CsvTimes times;
  private final ZoneId zone;
  private long micros;

  /**
   * A field.
   *
   * @param zone of the feed: what a date or timestamp without zone is an instant in
   */
  TimeField(PgType type, CsvTimes times, ZoneId zone) {
    this.type = type;
    this.times = times;
    this.zone = zone;
  }

  @Override
  public BadField put(CopyBuffer rows, char[] chars, int from, int length) {
    return type == PgType.TIMESTAMPTZ
        ? putInstant(rows, times.instant(chars, from, length))
        : putLocal(rows, times.local(chars, from, length));
  }

  private BadField putInstant(CopyBuffer rows, long instant) {
    if (instant != CsvTimes.BAD) {
      micros = instant;
      rows.putTimestamp(micros);
      return null;
    }
    TimeFault fault = times.fault();
    return fault == TimeFault.NOT_A_TIME
        ? NOT_A_TIME
        : new BadField(fault.reason(), "the time " + times.sentence());
  }

  private BadField putLocal(CopyBuffer rows, long local) {
    if (local == CsvTimes.BAD) {
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
            ? time.toLocalDate().atStartOfDay(zone).toInstant()
            : TimePartitions.instant(time, zone);
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  @Override
  public long micros() {
    return micros;
  }
}
