package io.sluice.pgtask.partition;

import io.sluice.core.catalog.Names;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.task.Epoch;
import io.sluice.pgtask.task.Interval;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the partitions of a table begin and end, and their names. Values are those of {@link
 * KeyType}. A time without zone is one of the task's zone; where clocks go back, the first of two
 * equal local times counts, so that bounds always ascend.
 */
public final class Periods {

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");

  private final KeyType type;
  private final Optional<Epoch> epoch;
  private final ZoneId zone;
  private final Interval interval;
  private final Optional<String> nameFormat;
  private final long anchor;

  /**
   * @param epoch set if whole numbers are times
   * @param anchor a value that some period of fixed length begins at; 0 is 1970 or the id 0
   */
  private Periods(
      KeyType type,
      Optional<Epoch> epoch,
      ZoneId zone,
      Interval interval,
      Optional<String> nameFormat,
      long anchor) {
    this.type = type;
    this.epoch = epoch;
    this.zone = zone;
    this.interval = interval;
    this.nameFormat = nameFormat;
    this.anchor = anchor;
  }

  /**
   * Periods as declared.
   *
   * @throws IllegalArgumentException if the interval does not fit the type; the message says why
   */
  public static Periods of(
      KeyType type,
      Optional<Epoch> epoch,
      ZoneId zone,
      Interval interval,
      Optional<String> nameFormat) {
    boolean time = type.isTime() || epoch.isPresent();
    if (time == interval instanceof Interval.Ids) {
      throw new IllegalArgumentException(
          time
              ? "a time column cannot be partitioned by a number of ids; write by: day or another time"
              : "a whole number cannot be partitioned by time; write by: with a number, or epoch: with the unit it counts");
    }
    if (type.isTime() && epoch.isPresent()) {
      throw new IllegalArgumentException("epoch is for whole numbers; remove it");
    }
    boolean shorterThanDay =
        interval instanceof Interval.Fixed
            || interval.equals(new Interval.Calendar(Interval.Unit.HOUR));
    if (type == KeyType.DATE && shorterThanDay) {
      throw new IllegalArgumentException(
          "a date cannot be partitioned into periods shorter than a day");
    }
    return new Periods(type, epoch, zone, interval, nameFormat, 0);
  }

  /**
   * Periods as wide as a range that is there.
   *
   * @throws IllegalArgumentException if it has no width
   */
  public static Periods like(
      KeyType type, Optional<Epoch> epoch, ZoneId zone, Bounds range, Optional<String> nameFormat) {
    if (range.from() == KeyType.MIN || range.to() == KeyType.MAX) {
      throw new IllegalArgumentException("the newest partition is open-ended; write by:");
    }
    if (!type.isTime() && epoch.isEmpty()) {
      Interval ids = new Interval.Ids(Math.subtractExact(range.to(), range.from()));
      return new Periods(type, epoch, zone, ids, nameFormat, range.from());
    }
    for (Interval.Unit unit : Interval.Unit.values()) {
      Interval interval = new Interval.Calendar(unit);
      Periods periods = new Periods(type, epoch, zone, interval, nameFormat, 0);
      if (periods.startOf(range.from()) == range.from()
          && periods.next(range.from()) == range.to()) {
        return periods;
      }
    }
    Periods plain =
        new Periods(
            type, epoch, zone, new Interval.Calendar(Interval.Unit.DAY), nameFormat, range.from());
    Interval fixed =
        new Interval.Fixed(
            java.time.Duration.between(plain.instant(range.from()), plain.instant(range.to())));
    return new Periods(type, epoch, zone, fixed, nameFormat, range.from());
  }

  public Interval interval() {
    return interval;
  }

  /** In whose calendar they are. */
  ZoneId zone() {
    return zone;
  }

  public KeyType type() {
    return type;
  }

  /** Whether values are times. */
  public boolean isTime() {
    return !(interval instanceof Interval.Ids);
  }

  /** Start of the period that holds a value. */
  public long startOf(long value) {
    if (interval instanceof Interval.Ids ids) {
      long since = Math.subtractExact(value, anchor);
      return anchor + Math.floorDiv(since, ids.count()) * ids.count();
    }
    Instant start = grid().floor(instant(value));
    while (value(start) > value) { // a local time that clocks skipped
      start = grid().floor(start.minusNanos(1000));
    }
    return value(start);
  }

  /** Start of the period after the one that begins at {@code start}. */
  public long next(long start) {
    if (interval instanceof Interval.Ids ids) {
      return Math.addExact(start, ids.count());
    }
    Instant next = grid().next(instant(start));
    while (value(next) <= start) { // a local time that comes twice
      next = grid().next(next);
    }
    return value(next);
  }

  /** Start of the period before the one that begins at {@code start}. */
  public long previous(long start) {
    return startOf(start - 1);
  }

  /** The period that holds a value. */
  public Bounds periodOf(long value) {
    long start = startOf(value);
    return Bounds.of(type, start, next(start));
  }

  private TimeGrid grid() {
    return TimeGrid.of(interval, zone, instant(anchor));
  }

  /** The time a value stands for. */
  public Instant instant(long value) {
    return switch (type) {
      case TIMESTAMPTZ -> Instant.EPOCH.plus(value, ChronoUnit.MICROS);
      case TIMESTAMP -> KeyType.local(value).atZone(zone).toInstant();
      case DATE -> LocalDate.ofEpochDay(value).atStartOfDay(zone).toInstant();
      default -> {
        long perSecond = 1_000_000_000L / unit().nanos();
        yield Instant.ofEpochSecond(
            Math.floorDiv(value, perSecond), Math.floorMod(value, perSecond) * unit().nanos());
      }
    };
  }

  /** The value of a time; of the day that holds it for dates, rounded down for whole numbers. */
  public long value(Instant time) {
    return switch (type) {
      case TIMESTAMPTZ -> ChronoUnit.MICROS.between(Instant.EPOCH, time);
      case TIMESTAMP -> KeyType.micros(LocalDateTime.ofInstant(time, zone));
      case DATE -> LocalDate.ofInstant(time, zone).toEpochDay();
      default -> {
        long perSecond = 1_000_000_000L / unit().nanos();
        yield Math.addExact(
            Math.multiplyExact(time.getEpochSecond(), perSecond), time.getNano() / unit().nanos());
      }
    };
  }

  private Epoch unit() {
    return epoch.orElseThrow(
        () -> new IllegalStateException("ids are no times; callers ask isTime() first"));
  }

  /** Name of a table's partition that begins at {@code start}, at most 63 bytes. */
  public String name(String table, long start) {
    return nameFormat.isEmpty()
        ? Names.withSuffix(table, "_p" + suffix(start))
        : formatted(nameFormat.get(), table, start);
  }

  private String suffix(long start) {
    if (interval instanceof Interval.Ids) {
      return start < 0 ? "m" + Long.toString(start).substring(1) : Long.toString(start);
    }
    return grid().suffix(instant(start));
  }

  private String formatted(String format, String table, long start) {
    String whole = fill(format, table, start);
    if (whole.getBytes(StandardCharsets.UTF_8).length <= Names.MAX_BYTES
        || !format.startsWith("{table}")) {
      return Names.withSuffix(whole, "");
    }
    return Names.withSuffix(table, fill(format.substring("{table}".length()), table, start));
  }

  private String fill(String format, String table, long start) {
    Matcher matcher = PLACEHOLDER.matcher(format);
    StringBuilder name = new StringBuilder();
    while (matcher.find()) {
      String text =
          switch (matcher.group(1)) {
            case "table" -> table;
            case "from" -> Long.toString(start).replace('-', 'm');
            default ->
                DateTimeFormatter.ofPattern(matcher.group(1), Locale.ROOT)
                    .format(instant(start).atZone(zone));
          };
      matcher.appendReplacement(name, Matcher.quoteReplacement(text));
    }
    return matcher.appendTail(name).toString();
  }
}
