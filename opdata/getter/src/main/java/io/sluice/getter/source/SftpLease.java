package io.sluice.getter.source;

import java.time.Duration;

/** A connection on loan from its server's pool, to one thread. */
final class SftpLease {

  /** How long a session keeps a connection that others wait for, if it can let go of it. */
  private static final Duration TURN = Duration.ofSeconds(1);

  private final SftpServer server;
  private final SftpConnection connection;
  private final boolean reused;
  private final long since = System.nanoTime();
  private boolean ended;

  SftpLease(SftpServer server, SftpConnection connection, boolean reused) {
    this.server = server;
    this.connection = connection;
    this.reused = reused;
  }

  SftpConnection connection() {
    return connection;
  }

  /** Whether it was used before, so that a failure may only mean that it had been idle. */
  boolean reused() {
    return reused;
  }

  /** Whether others wait and this one has had its turn. */
  boolean overdue() {
    return System.nanoTime() - since > TURN.toNanos() && server.wanted();
  }

  /**
   * Ends the loan, once.
   *
   * @param whole whether the connection is good for others
   */
  void end(boolean whole) {
    if (!ended) {
      ended = true;
      server.release(connection, whole);
    }
  }
}
