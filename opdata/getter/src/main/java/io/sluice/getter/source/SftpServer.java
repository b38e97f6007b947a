package io.sluice.getter.source;

import io.sluice.core.feed.HostPort;
import io.sluice.core.feed.Origin;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The connections of this process to one server, and its protection: as many as the feed allows,
 * whoever else uses the server, and a pause after a failed attempt that doubles up to a minute.
 */
final class SftpServer {

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final HostPort address;
  private final SftpConnector connector;
  private final LongSupplier nanoTime;
  private final RateLimiter rate;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<SftpConnection> idle = new ArrayDeque<>();
  private int open;
  private Duration pause = Duration.ZERO;
  private long pausedUntil;
  private String lastProblem = "";

  SftpServer(HostPort address, SftpConnector connector, LongSupplier nanoTime) {
    this.address = address;
    this.connector = connector;
    this.nanoTime = nanoTime;
    this.rate = new RateLimiter(nanoTime);
  }

  HostPort address() {
    return address;
  }

  RateLimiter rate() {
    return rate;
  }

  /** How long the next attempt must wait, zero if it need not. */
  Duration paused() {
    lock.lock();
    try {
      long left = pausedUntil - nanoTime.getAsLong();
      return pause.isZero() || left <= 0 ? Duration.ZERO : Duration.ofNanos(left);
    } finally {
      lock.unlock();
    }
  }

  /** An idle connection or a new one; waits for one to come back when all are busy. */
  Lease acquire(SftpLogin login, Origin.HostLimits limits) throws SourceAway {
    SftpConnection reused = reserve(login, limits.connections());
    if (reused != null) {
      return new Lease(reused, true);
    }
    boolean connected = false;
    try {
      Lease lease = new Lease(connector.connect(address, login), false);
      connected = true;
      succeeded();
      return lease;
    } catch (SourceAway e) {
      failed(e.getMessage());
      throw e;
    } finally {
      if (!connected) {
        release(null);
      }
    }
  }

  void closeIdle() {
    lock.lock();
    try {
      open -= idle.size();
      idle.forEach(SftpConnection::close);
      idle.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** A connection to use again, or null once there is room for a new one, which it then counts. */
  private SftpConnection reserve(SftpLogin login, int limit) throws SourceAway {
    long left = login.timeout().toNanos();
    lock.lock();
    try {
      while (true) {
        dropUnusable();
        SftpConnection reused = takeIdle(login);
        if (reused != null) {
          return reused;
        }
        checkPause();
        if (open >= limit && !idle.isEmpty()) {
          idle.pollFirst().close(); // of another login
          open--;
        }
        if (open < limit) {
          open++;
          return null;
        }
        left = await(left, limit);
      }
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // reserve is the loop
  private long await(long nanos, int limit) throws SourceAway {
    try {
      long left = changed.awaitNanos(nanos);
      if (left <= 0) {
        throw new SourceAway(
            "all %d connections to %s are busy; raise limits.connections if the server bears it"
                .formatted(limit, address));
      }
      return left;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SourceAway("interrupted while waiting for a connection to " + address, e);
    }
  }

  private SftpConnection takeIdle(SftpLogin login) {
    for (Iterator<SftpConnection> it = idle.descendingIterator(); it.hasNext(); ) {
      SftpConnection connection = it.next();
      if (connection.login().equals(login)) {
        it.remove();
        return connection;
      }
    }
    return null;
  }

  private void dropUnusable() {
    int before = idle.size();
    idle.removeIf(connection -> !connection.usable());
    open -= before - idle.size();
  }

  private void checkPause() throws SourceAway {
    Duration left = paused();
    if (!left.isZero()) {
      throw new SourceAway(lastProblem + " (next attempt in " + left.toSeconds() + " s)");
    }
  }

  private void failed(String problem) {
    lock.lock();
    try {
      Duration doubled = pause.isZero() ? FIRST_PAUSE : pause.multipliedBy(2);
      pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
      pausedUntil = nanoTime.getAsLong() + pause.toNanos();
      lastProblem = problem;
    } finally {
      lock.unlock();
    }
  }

  private void succeeded() {
    lock.lock();
    try {
      pause = Duration.ZERO;
    } finally {
      lock.unlock();
    }
  }

  private void release(SftpConnection connection) {
    lock.lock();
    try {
      if (connection != null && connection.usable()) {
        idle.addLast(connection);
      } else {
        open--;
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** A connection on loan; to be given back, or discarded when it failed. */
  final class Lease {
    private final SftpConnection connection;
    private final boolean reused;
    private boolean returned;

    private Lease(SftpConnection connection, boolean reused) {
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

    synchronized void giveBack() {
      if (!returned) {
        returned = true;
        release(connection);
      }
    }

    synchronized void discard() {
      if (!returned) {
        returned = true;
        connection.close();
        release(null);
      }
    }
  }

  /** Waits as a rate limit demands. */
  interface Sleeper {
    Sleeper THREAD = time -> TimeUnit.NANOSECONDS.sleep(time.toNanos());

    void sleep(Duration time) throws InterruptedException;
  }
}
