package io.sluice.pgtask.run;

import io.sluice.pgtask.task.Limits;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntConsumer;

/** Tries again what lost against somebody else, with rests that grow. */
final class Retries {

  /** lock_not_available, deadlock_detected, serialization_failure. */
  private static final Set<String> AGAIN = Set.of("55P03", "40P01", "40001");

  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final Limits limits;
  private final Rest rest;
  private final IntConsumer onAttempt;

  /** Waits, or ends the run. */
  @FunctionalInterface
  interface Rest {
    void rest(Duration time);
  }

  /** A statement or transaction. */
  @FunctionalInterface
  interface Attempt<T> {
    T run() throws SQLException;
  }

  /**
   * @param onAttempt told the number of each attempt, from 1
   */
  Retries(Limits limits, Rest rest, IntConsumer onAttempt) {
    this.limits = limits;
    this.rest = rest;
    this.onAttempt = onAttempt;
  }

  <T> T run(Attempt<T> attempt) throws SQLException {
    for (int n = 1; ; n++) {
      onAttempt.accept(n);
      try {
        return attempt.run();
      } catch (SQLException e) {
        if (!lost(e) || n >= limits.attempts()) {
          throw e;
        }
        rest.rest(restAfter(n));
      }
    }
  }

  /** Whether it lost against somebody else. */
  static boolean lost(SQLException e) {
    return AGAIN.contains(String.valueOf(e.getSQLState()));
  }

  private Duration restAfter(int attempt) {
    long most = limits.backoff().toMillis() << Math.min(attempt - 1, 16);
    long millis = Math.min(most, LONGEST.toMillis());
    return Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
  }
}
