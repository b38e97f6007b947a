package io.sluice.pgtask.partition;

import io.sluice.core.catalog.Names;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.KeyType;
import io.sluice.pgtask.task.Epoch;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.IntervalText;
import io.sluice.pgtask.task.TextTime;
import io.sluice.pgtask.task.TimeEncoding;
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

  /** Bytes of a suffix beside which there is room for the hash of what is cut. */
  private static final int LONGEST_SUFFIX = Names.MAX_BYTES - 9;

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");

  private final KeyType type;
  private final Optional<TimeEncoding> encoding;
  private final ZoneId zone;
  private final Interval interval;
  private final Optional<String> nameFormat;
  private final long anchor;

  /**
   * @param encoding set if what is no time by itself holds one
   * @param anchor a value that some period of fixed length begins at; 0 is 1970 or the id 0
   */
  private Periods(
      KeyType type,
      Optional<TimeEncoding> encoding,
      ZoneId zone,
      Interval interval,
      Optional<String> nameFormat,
      long anchor) {
    this.type = type;
    this.encoding = encoding;
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
      Optional<TimeEncoding> encoding,
      ZoneId zone,
      Interval interval,
      Optional<String> nameFormat) {
    checkEncoding(type, encoding);
    boolean time = type.isTime() || encoding.isPresent();
    if (time == interval instanceof Interval.Ids) {
      throw new IllegalArgumentException(
          time
              ? "a time column cannot be partitioned by a number of ids; write by: day or another time"
              : "a whole number cannot be partitioned by time; write by: with a number, or epoch: with the unit it counts");
    }
    boolean shorterThanDay =
        interval instanceof Interval.Fixed
            || interval.equals(new Interval.Calendar(Interval.Unit.HOUR));
    if (type == KeyType.DATE && shorterThanDay) {
      throw new IllegalArgumentException(
          "a date cannot be partitioned into periods shorter than a day");
    }
    Periods periods = new Periods(type, encoding, zone, interval, nameFormat, 0);
    periods.checkResolution();
    return periods;
  }

  private static void checkEncoding(KeyType type, Optional<TimeEncoding> encoding) {
    if (encoding.isEmpty()) {
      refuse(
          type == KeyType.UUID,
          "a uuid column is partitioned by time only if its values are of version 7; if they are, write timeFormat: uuidv7");
      refuse(
          type.isText(),
          "a text column needs the pattern of the times in it, such as timeFormat: yyyy-MM-dd");
      return;
    }
    boolean number = !type.isTime() && !type.isText() && type != KeyType.UUID;
    refuse(encoding.get() instanceof Epoch && !number, "epoch is for whole numbers; remove it");
    refuse(
        encoding.get() instanceof TimeEncoding.Uuid7 && type != KeyType.UUID,
        "timeFormat: uuidv7 is for uuid columns, and this one is " + type.sql());
    refuse(
        encoding.get() instanceof TextTime && !type.isText(),
        "a timeFormat with a pattern is for text and varchar columns, and this one is "
            + type.sql());
  }

  private static void refuse(boolean wrong, String why) {
    if (wrong) {
      throw new IllegalArgumentException(why);
    }
  }

  /** Every period must begin at a time that texts of the pattern can say. */
  private void checkResolution() {
    if (!(encoding.orElse(null) instanceof TextTime text)) {
      return;
    }
    refuse(
        IntervalText.shortest(interval).compareTo(text.resolution()) < 0
            || !saysStart(Instant.parse("2024-01-01T00:00:00Z"))
            || !saysStart(Instant.parse("2024-07-01T00:00:00Z")),
        "timeFormat: %s cannot say where partitions by %s begin in %s; write a greater by:, or the pattern that the column has"
            .formatted(text.pattern(), IntervalText.format(interval), zone));
  }

  private boolean saysStart(Instant time) {
    Instant start = grid().floor(time);
    return interval instanceof Interval.Calendar || instant(value(start)).equals(start);
  }

  /**
   * Periods as wide as a range that is there.
   *
   * @throws IllegalArgumentException if it has no width
   */
  public static Periods like(
      KeyType type,
      Optional<TimeEncoding> encoding,
      ZoneId zone,
      Bounds range,
      Optional<String> nameFormat) {
    checkEncoding(type, encoding);
    if (range.from() == KeyType.MIN || range.to() == KeyType.MAX) {
      throw new IllegalArgumentException("the newest partition is open-ended; write by:");
    }
    if (!type.isTime() && encoding.isEmpty()) {
      Interval ids = new Interval.Ids(Math.subtractExact(range.to(), range.from()));
      return new Periods(type, encoding, zone, ids, nameFormat, range.from());
    }
    for (Interval.Unit unit : Interval.Unit.values()) {
      Interval interval = new Interval.Calendar(unit);
      Periods periods = new Periods(type, encoding, zone, interval, nameFormat, 0);
      if (periods.startOf(range.from()) == range.from()
          && periods.next(range.from()) == range.to()) {
        return periods;
      }
    }
    Periods plain =
        new Periods(
            type,
            encoding,
            zone,
            new Interval.Calendar(Interval.Unit.DAY),
            nameFormat,
            range.from());
    Interval fixed =
        new Interval.Fixed(
            java.time.Duration.between(plain.instant(range.from()), plain.instant(range.to())));
    return new Periods(type, encoding, zone, fixed, nameFormat, range.from());
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
    return type == KeyType.UUID ? Math.max(value(start), 0) : value(start);
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
    return bounds(start, next(start));
  }

  /** A range between two values. */
  public Bounds bounds(long from, long to) {
    return new Bounds(from, to, literal(from), literal(to));
  }

  /**
   * What {@code FOR VALUES FROM (…)} and comparisons take.
   *
   * @throws IllegalArgumentException if the column cannot hold such a time
   */
  public String literal(long value) {
    boolean open = value == KeyType.MIN || value == KeyType.MAX;
    return !open && encoding.orElse(null) instanceof TextTime text
        ? "text " + SqlNames.literal(text.format(KeyType.local(value)))
        : type.literal(value);
  }

  /** Whether a bound is written as bounds of the column are. */
  boolean writes(String literal) {
    return literal.endsWith("VALUE")
        || !(encoding.orElse(null) instanceof TextTime text)
        || literal.replace("'", "").matches(text.regex());
  }

  /** How the column holds times, if it is neither a date nor a timestamp. */
  public Optional<TimeEncoding> encoding() {
    return encoding;
  }

  private TimeGrid grid() {
    return TimeGrid.of(interval, zone, instant(anchor));
  }

  /** The time a value stands for. */
  public Instant instant(long value) {
    return switch (type) {
      case TIMESTAMPTZ, UUID -> Instant.EPOCH.plus(value, ChronoUnit.MICROS);
      case TIMESTAMP, TEXT, VARCHAR -> KeyType.local(value).atZone(zone).toInstant();
      case DATE -> LocalDate.ofEpochDay(value).atStartOfDay(zone).toInstant();
      default -> {
        long perSecond = 1_000_000_000L / unit().nanos();
        yield Instant.ofEpochSecond(
            Math.floorDiv(value, perSecond), Math.floorMod(value, perSecond) * unit().nanos());
      }
    };
  }

  /** The value of a time; rounded down to what dates, texts and whole numbers can say. */
  public long value(Instant time) {
    return switch (type) {
      case TIMESTAMPTZ, UUID -> KeyType.micros(time);
      case TEXT, VARCHAR ->
          KeyType.micros(
              ((TextTime) encoding.orElseThrow()).truncate(LocalDateTime.ofInstant(time, zone)));
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
    return encoding
        .filter(Epoch.class::isInstance)
        .map(Epoch.class::cast)
        .orElseThrow(
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
    if (bytes(whole) <= Names.MAX_BYTES || !format.startsWith("{table}")) {
      return Names.withSuffix(whole, "");
    }
    String rest = fill(format.substring("{table}".length()), table, start);
    return bytes(rest) <= LONGEST_SUFFIX
        ? Names.withSuffix(table, rest)
        : Names.withSuffix(whole, "");
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
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
