package io.sluice.pgtask.task;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import io.sluice.core.yaml.Durations;
import io.sluice.core.yaml.Suggestion;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The text form of schedules: {@code every 15m}, {@code daily 03:10, 15:10}, {@code cron 10 3 * *
 * *}, {@code never}.
 */
public final class ScheduleText {

  private static final List<String> WORDS = List.of("every", "daily", "cron", "never");
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final CronParser CRON =
      new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

  private ScheduleText() {}

  /**
   * Reads the text form.
   *
   * @param zone of times of the day
   * @return empty for never
   * @throws BadTextException if the text is something else
   */
  public static Optional<TaskSchedule> parse(String text, ZoneId zone) {
    String[] parts = text.strip().split("\\s+", 2);
    String rest = parts.length > 1 ? parts[1] : "";
    return switch (parts[0]) {
      case "never" -> {
        refuse(!rest.isEmpty(), "never has nothing after it", "Write schedule: never.");
        yield Optional.empty();
      }
      case "every" -> Optional.of(every(rest));
      case "daily" -> Optional.of(daily(rest, zone));
      case "cron" -> Optional.of(cron(rest, zone));
      default ->
          throw new BadTextException(
              "'" + text + "' is not a schedule",
              Suggestion.of(parts[0], WORDS)
                  .map(word -> "Did you mean '" + word + "'?")
                  .orElse("Write every 15m, daily 03:10, 15:10, cron 10 3 * * *, or never."));
    };
  }

  private static void refuse(boolean wrong, String message, String remedy) {
    if (wrong) {
      throw new BadTextException(message, remedy);
    }
  }

  private static TaskSchedule every(String text) {
    Duration rest =
        Durations.parse(text)
            .orElseThrow(
                () ->
                    new BadTextException(
                        "every '" + text + "' is not a duration",
                        "Write a number and s, m, h, d or w, for example every 15m."));
    refuse(
        rest.compareTo(SHORTEST) < 0,
        "every " + text + " is shorter than a second",
        "Write every 1s or longer; every 15m is usual.");
    return new TaskSchedule.Every(rest);
  }

  private static TaskSchedule daily(String text, ZoneId zone) {
    List<LocalTime> times =
        Arrays.stream(text.split("\\s*,\\s*", -1))
            .map(TimeText::parse)
            .distinct()
            .sorted()
            .toList();
    return new TaskSchedule.Daily(times, zone);
  }

  private static TaskSchedule cron(String text, ZoneId zone) {
    try {
      parsed(text);
      return new TaskSchedule.Cron(text, zone);
    } catch (IllegalArgumentException e) {
      throw new BadTextException(
          "cron '" + text + "' cannot be read: " + String.valueOf(e.getMessage()).strip(),
          "Write minute, hour, day of month, month and day of week, for example cron 10 3 * * *.");
    }
  }

  private static Cron parsed(String expression) {
    return CRON.parse(expression).validate();
  }

  /** The text form. */
  public static String format(Optional<TaskSchedule> schedule) {
    if (schedule.isEmpty()) {
      return "never";
    }
    if (schedule.get() instanceof TaskSchedule.Every every) {
      return "every " + Durations.format(every.rest());
    }
    if (schedule.get() instanceof TaskSchedule.Daily daily) {
      return "daily "
          + daily.times().stream().map(LocalTime::toString).collect(Collectors.joining(", "));
    }
    return "cron " + ((TaskSchedule.Cron) schedule.get()).expression();
  }

  /**
   * The first time after another; empty for a schedule that never comes, such as 30 February.
   *
   * @param after for {@code every}: the end of the last run
   */
  public static Optional<Instant> next(TaskSchedule schedule, Instant after) {
    if (schedule instanceof TaskSchedule.Every every) {
      return Optional.of(after.plus(every.rest()));
    }
    if (schedule instanceof TaskSchedule.Daily daily) {
      return nextOfDay(daily, after);
    }
    TaskSchedule.Cron cron = (TaskSchedule.Cron) schedule;
    return ExecutionTime.forCron(parsed(cron.expression()))
        .nextExecution(after.atZone(cron.zone()))
        .map(ZonedDateTime::toInstant);
  }

  private static Optional<Instant> nextOfDay(TaskSchedule.Daily daily, Instant after) {
    LocalDate today = after.atZone(daily.zone()).toLocalDate();
    return Stream.of(today, today.plusDays(1))
        .flatMap(day -> daily.times().stream().map(time -> day.atTime(time)))
        .map(time -> time.atZone(daily.zone()).toInstant())
        .filter(time -> time.isAfter(after))
        .min(Instant::compareTo);
  }
}
