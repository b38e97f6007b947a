package io.sluice.handler.value;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;

/**
 * Which instant a local time of a zone is. Times of one day in a row cost a comparison, because the
 * zone's next change is remembered. Not for use by several threads.
 */
public final class LocalTimes {

  private static final long DAY = 86_400;

  private final ZoneRules rules;
  private long fixedFrom = Long.MAX_VALUE;
  private long fixedUntil = Long.MIN_VALUE;
  private int fixedOffset;
  private TimeFault fault = TimeFault.NOT_A_TIME;

  public LocalTimes(ZoneId zone) {
    this.rules = zone.getRules();
  }

  /**
   * The offset of a local time.
   *
   * @param local seconds since 1970-01-01T00:00 on the zone's clocks
   * @param endOfDay written as 24:00, so that it exists even where the next day begins later
   * @return seconds east, or {@link PmTime#BAD} with {@link #fault()} saying why
   */
  public long offset(long local, boolean endOfDay) {
    if (local >= fixedFrom && local < fixedUntil) {
      return fixedOffset;
    }
    LocalDateTime time = LocalDateTime.ofEpochSecond(local, 0, ZoneOffset.UTC);
    List<ZoneOffset> offsets = rules.getValidOffsets(time);
    if (offsets.size() == 1) {
      remember(local, offsets.get(0));
      return offsets.get(0).getTotalSeconds();
    }
    ZoneOffsetTransition change = rules.getTransition(time);
    if (change.isGap() && endOfDay && change.getDateTimeBefore().equals(time)) {
      return change.getOffsetBefore().getTotalSeconds();
    }
    fault = change.isGap() ? TimeFault.NONEXISTENT : TimeFault.AMBIGUOUS;
    return PmTime.BAD;
  }

  /** A day around it, unless the zone's clocks change near by. */
  private void remember(long local, ZoneOffset offset) {
    Instant at = Instant.ofEpochSecond(local - offset.getTotalSeconds());
    Instant from = at.minusSeconds(2 * DAY);
    ZoneOffsetTransition next = rules.nextTransition(from);
    if (next == null || next.getInstant().isAfter(at.plusSeconds(2 * DAY))) {
      fixedFrom = local - DAY;
      fixedUntil = local + DAY;
      fixedOffset = offset.getTotalSeconds();
    }
  }

  /** Why the time asked last has no offset. */
  public TimeFault fault() {
    return fault;
  }
}
