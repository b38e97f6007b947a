package io.sluice.pgtask.task;

import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;

/**
 * When a task runs by itself.
 *
 * <p>In YAML one text: {@code every 15m}, {@code daily 03:10, 15:10}, or {@code cron 10 3 * * *}
 * (minute, hour, day of month, month, day of week).
 */
public sealed interface TaskSchedule {

  /** So long after the end of the last run. */
  record Every(Duration rest) implements TaskSchedule {}

  /** At these times of the day. */
  record Daily(List<LocalTime> times, ZoneId zone) implements TaskSchedule {
    public Daily {
      times = List.copyOf(times);
    }
  }

  /** As crontab(5), five fields. */
  record Cron(String expression, ZoneId zone) implements TaskSchedule {}
}
