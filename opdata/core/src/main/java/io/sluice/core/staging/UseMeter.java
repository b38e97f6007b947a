package io.sluice.core.staging;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Keeps the sums of a store's object sizes without listing it each time: a full listing now and
 * then, because other processes write too, and this process's own writes and deletes in between. A
 * thread never waits for another's measurement, except for the first.
 */
final class UseMeter {

  /** Bytes of all objects, and of those that are chunks. */
  record Used(long allBytes, long chunkBytes) {
    static final Used NOTHING = new Used(0, 0);
  }

  private static final Duration FRESH = Duration.ofMinutes(1);

  private final Staging staging;
  private final Clock clock;
  private final AtomicLong chunks = new AtomicLong();
  private final AtomicLong others = new AtomicLong();
  private final ReentrantLock measuring = new ReentrantLock();
  private volatile Instant nextMeasurement = Instant.MIN;

  UseMeter(Staging staging, Clock clock) {
    this.staging = staging;
    this.clock = clock;
  }

  void add(String key, long bytes) {
    (isChunk(key) ? chunks : others).addAndGet(bytes);
  }

  Used used() throws IOException {
    boolean first = nextMeasurement.equals(Instant.MIN);
    if (clock.instant().isBefore(nextMeasurement)) {
      return now();
    }
    if (first) {
      measuring.lock();
    } else if (!measuring.tryLock()) {
      return now();
    }
    try {
      measureIfStale();
      return now();
    } finally {
      measuring.unlock();
    }
  }

  private Used now() {
    return new Used(chunks.get() + others.get(), chunks.get());
  }

  private void measureIfStale() throws IOException {
    Instant start = clock.instant();
    if (start.isBefore(nextMeasurement)) {
      return;
    }
    Used before = now();
    Map<Boolean, Long> listed = list();
    // What was written meanwhile may be counted twice until the next measurement: the safe side.
    chunks.addAndGet(listed.get(true) - before.chunkBytes());
    others.addAndGet(listed.get(false) - (before.allBytes() - before.chunkBytes()));
    Duration took = Duration.between(start, clock.instant());
    Duration pause = took.multipliedBy(20).compareTo(FRESH) > 0 ? took.multipliedBy(20) : FRESH;
    nextMeasurement = clock.instant().plus(pause);
  }

  /** Bytes of chunks (true) and of all else. */
  private Map<Boolean, Long> list() throws IOException {
    return staging.list("").stream()
        .collect(
            Collectors.partitioningBy(
                object -> isChunk(object.key()), Collectors.summingLong(StagedObject::size)));
  }

  private static boolean isChunk(String key) {
    return key.startsWith(StagingKeys.CHUNK);
  }
}
