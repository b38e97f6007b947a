package io.sluice.pgtask.task;

import java.time.Duration;

/** What one partition holds. */
public sealed interface Interval {

  /** Calendar periods in the task's zone; weeks begin on Monday. */
  enum Unit {
    HOUR,
    DAY,
    WEEK,
    MONTH,
    QUARTER,
    YEAR
  }

  /** One calendar period. */
  record Calendar(Unit unit) implements Interval {}

  /** A fixed time that divides a day, such as 15m or 6h, counted from the epoch in UTC. */
  record Fixed(Duration length) implements Interval {}

  /** So many values of a whole number. */
  record Ids(long count) implements Interval {}
}
