package io.sluice.simulator;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** Goes on writing each period as it ends, in real time or faster, until interrupted. */
public final class LiveRun {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

  private final Simulator simulator;
  private final Network network;
  private final Clock clock;
  private final double speed;

  /**
   * A live network.
   *
   * @param speed network time per real time; 1 is real time
   */
  public LiveRun(Simulator simulator, Network network, Clock clock, double speed) {
    if (!(speed > 0)) {
      throw new IllegalArgumentException("A speed of " + speed + " never ends a period.");
    }
    this.simulator = simulator;
    this.network = network;
    this.clock = clock;
    this.speed = speed;
  }

  /**
   * Writes the periods after {@code lastEnd} until the thread is interrupted.
   *
   * @param written is told of each period's end
   */
  public void after(Instant lastEnd, Consumer<Instant> written)
      throws IOException, InterruptedException {
    Instant started = clock.instant();
    Instant networkStarted = speed == 1 ? started : lastEnd;
    for (Instant end = lastEnd.plus(network.period()); ; end = end.plus(network.period())) {
      double seconds = Duration.between(networkStarted, end).toMillis() / 1000.0 / speed;
      await(started.plusMillis((long) (seconds * 1000)));
      simulator.period(end);
      written.accept(end);
    }
  }

  private void await(Instant time) throws InterruptedException {
    while (clock.instant().isBefore(time)) {
      Duration left = Duration.between(clock.instant(), time);
      Thread.sleep(Math.max(1, Math.min(left.toMillis(), LONGEST_WAIT.toMillis())));
    }
  }
}
