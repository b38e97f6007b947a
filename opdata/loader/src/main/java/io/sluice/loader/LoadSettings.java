package io.sluice.loader;

import java.time.Duration;

/**
 * How the loader works.
 *
 * @param attempts of a chunk before it is dead
 * @param batchBytes of chunks held in memory and loaded in one transaction; one chunk may be larger
 * @param ddlLockTimeout how long a change of tables waits for its lock before it gives way
 * @param loadLockTimeout how long a load waits for a lock
 * @param retries of a batch after a deadlock, lock timeout or serialisation failure
 * @param backoff before the first retry, doubled for each further one
 * @param stagingReads of a chunk that is missing, before its file is handled again
 * @param tempTables at most this many per connection, in merge mode
 */
public record LoadSettings(
    int attempts,
    long batchBytes,
    Duration ddlLockTimeout,
    Duration loadLockTimeout,
    int retries,
    Duration backoff,
    int stagingReads,
    int tempTables) {

  /** What a service starts from. */
  public static LoadSettings defaults() {
    return new LoadSettings(
        5,
        64L << 20,
        Duration.ofSeconds(2),
        Duration.ofSeconds(20),
        6,
        Duration.ofMillis(100),
        3,
        100);
  }
}
