package io.sluice.pgtask.task;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Optional;
import java.util.Set;

/**
 * A time of the week in which work is allowed, such as Saturday 01:00 to 05:00 in Shanghai. An end
 * not after its start is on the next day.
 *
 * @param days on which it starts
 */
public record Window(Set<DayOfWeek> days, LocalTime from, LocalTime to, ZoneId zone) {

  public Window {
    days = Set.copyOf(days);
    if (days.isEmpty()) {
      throw new IllegalArgumentException("a window that starts on no day never opens");
    }
  }

  /** The end of the window that is open at a time; empty if none is. */
  public Optional<Instant> endIfOpen(Instant now) {
    LocalDate today = now.atZone(zone).toLocalDate();
    return endIfOpen(today, now).or(() -> endIfOpen(today.minusDays(1), now));
  }

  private Optional<Instant> endIfOpen(LocalDate day, Instant now) {
    Instant start = at(day, from);
    Instant end = at(to.isAfter(from) ? day : day.plusDays(1), to);
    boolean open = days.contains(day.getDayOfWeek()) && !now.isBefore(start) && now.isBefore(end);
    return open ? Optional.of(end) : Optional.empty();
  }

  /** When it opens next, after a time. */
  public Instant nextStart(Instant after) {
    LocalDate day = after.atZone(zone).toLocalDate();
    while (!days.contains(day.getDayOfWeek()) || !at(day, from).isAfter(after)) {
      day = day.plusDays(1);
    }
    return at(day, from);
  }

  private Instant at(LocalDate day, LocalTime time) {
    return day.atTime(time).atZone(zone).toInstant();
  }
}
