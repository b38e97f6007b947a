package io.sluice.loader;

import java.time.Duration;

/**
 * How the loader works.
 *
 * @param ddlLockTimeout how long the lock of a table is waited for, by a change and by a load
 * @param loadLockTimeout how long a load waits for a key that another one is writing
 * @param retries of a batch after a deadlock, lock timeout or serialisation failure
 * @param backoff before the first retry, doubled for each further one
 * @param stagingReads of a chunk that is missing, before its files are handled again
 * @param tempTables at most this many per connection, in merge mode
 */
public record LoadSettings(
    Duration ddlLockTimeout,
    Duration loadLockTimeout,
    int retries,
    Duration backoff,
    int stagingReads,
    int tempTables) {

  /** What a service starts from. */
  public static LoadSettings defaults() {
    return new LoadSettings(
        Duration.ofSeconds(2), Duration.ofSeconds(20), 6, Duration.ofMillis(100), 3, 100);
  }
}
