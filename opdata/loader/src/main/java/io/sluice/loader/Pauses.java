package io.sluice.loader;

import io.sluice.core.fate.PauseStage;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Waits between repetitions, longer each time, never the same for two loaders. */
final class Pauses {

  private static final int MAX_DOUBLINGS = 6;

  private final Duration first;

  Pauses(Duration first) {
    this.first = first;
  }

  /**
   * Waits after the {@code n}th failure, from 1.
   *
   * @throws PauseStage when the thread is asked to stop
   */
  void pause(int n) {
    long longest = Math.max(1, first.toMillis() << Math.min(n - 1, MAX_DOUBLINGS));
    try {
      Thread.sleep(longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PauseStage("the loader is stopping", e);
    }
  }
}
