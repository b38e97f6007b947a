package io.sluice.core.staging;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps the sum of a store's object sizes without listing it each time: a full listing now and
 * then, because other processes write too, and this process's own writes and deletes in between. A
 * thread never waits for another's measurement, except for the first.
 */
final class UseMeter {

  private static final Duration FRESH = Duration.ofMinutes(1);

  private final Staging staging;
  private final Clock clock;
  private final AtomicLong used = new AtomicLong();
  private final ReentrantLock measuring = new ReentrantLock();
  private volatile Instant nextMeasurement = Instant.MIN;

  UseMeter(Staging staging, Clock clock) {
    this.staging = staging;
    this.clock = clock;
  }

  void add(long bytes) {
    used.addAndGet(bytes);
  }

  long usedBytes() throws IOException {
    boolean first = nextMeasurement.equals(Instant.MIN);
    if (clock.instant().isBefore(nextMeasurement)) {
      return used.get();
    }
    if (first) {
      measuring.lock();
    } else if (!measuring.tryLock()) {
      return used.get();
    }
    try {
      return measureIfStale();
    } finally {
      measuring.unlock();
    }
  }

  private long measureIfStale() throws IOException {
    Instant start = clock.instant();
    if (start.isBefore(nextMeasurement)) {
      return used.get();
    }
    long before = used.get();
    LongAdder listed = new LongAdder();
    staging.list("", object -> listed.add(object.size()));
    // What was written meanwhile may be counted twice until the next measurement: the safe side.
    used.addAndGet(listed.sum() - before);
    Duration took = Duration.between(start, clock.instant());
    Duration pause = took.multipliedBy(20).compareTo(FRESH) > 0 ? took.multipliedBy(20) : FRESH;
    nextMeasurement = clock.instant().plus(pause);
    return used.get();
  }
}
