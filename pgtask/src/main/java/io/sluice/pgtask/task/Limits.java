package io.sluice.pgtask.task;

import java.time.Duration;

/**
 * How much a task may ask of a server that others use.
 *
 * @param connections most connections of one run; never more than its database's
 * @param lockTimeout how long one statement waits for a lock, and so lets others queue behind it
 * @param statementTimeout longest single statement; copying works in batches far shorter
 * @param attempts how often a statement is tried that did not get its lock or was a deadlock's
 *     victim
 * @param backoff rest before the second attempt; doubles, with a random part, up to 30 s
 * @param log bytes that the change log of a rewrite may have; beyond, the rewrite is abandoned
 */
public record Limits(
    int connections,
    Duration lockTimeout,
    Duration statementTimeout,
    int attempts,
    Duration backoff,
    long log) {

  /** As the schema of tasks has them; a test compares. */
  public static final Limits DEFAULT =
      new Limits(2, Duration.ofSeconds(2), Duration.ofHours(4), 6, Duration.ofMillis(500));

  /** With the default limit of a change log. */
  public Limits(
      int connections,
      Duration lockTimeout,
      Duration statementTimeout,
      int attempts,
      Duration backoff) {
    this(connections, lockTimeout, statementTimeout, attempts, backoff, 10L << 30);
  }
}
