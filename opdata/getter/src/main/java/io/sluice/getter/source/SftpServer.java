package io.sluice.getter.source;

import io.sluice.core.feed.HostPort;
import io.sluice.core.feed.Origin;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The connections of this process to one server, and its protection: as many as the feed allows and
 * the server accepts, one login at a time, and a pause after a failed one. Who wants a connection
 * holds none to this server; see {@link ConnectionQueue} for whose turn it is.
 */
final class SftpServer {

  private final HostPort address;
  private final SftpConnector connector;
  private final LongSupplier nanoTime;
  private final RateLimiter rate;
  private final ConnectionQueue queue = new ConnectionQueue();
  private final Deque<SftpConnection> idle = new ArrayDeque<>();
  private final Allowance allowance;
  private final ReconnectPause pause;
  private int open;
  private boolean connecting;

  SftpServer(HostPort address, SftpConnector connector, LongSupplier nanoTime) {
    this.address = address;
    this.connector = connector;
    this.nanoTime = nanoTime;
    this.rate = new RateLimiter(nanoTime);
    this.allowance = new Allowance(nanoTime);
    this.pause = new ReconnectPause(nanoTime);
  }

  HostPort address() {
    return address;
  }

  RateLimiter rate() {
    return rate;
  }

  /** How long the next attempt must wait, zero if it need not. */
  synchronized Duration paused() {
    return pause.left();
  }

  /**
   * An idle connection or a new one.
   *
   * @throws SourceBusy when none becomes free within the login's timeout
   */
  SftpConnection acquire(SftpLogin login, Origin.HostLimits limits, Source.Purpose purpose)
      throws SourceAway {
    long deadline = nanoTime.getAsLong() + login.timeout().toNanos();
    SftpConnection connection = null;
    while (connection == null) {
      connection = reserve(login, limits.connections(), purpose, deadline);
      if (connection == null) {
        connection = connect(login);
      }
    }
    connection.lend();
    return connection;
  }

  synchronized void closeIdle() {
    open -= idle.size();
    idle.forEach(SftpConnection::close);
    idle.clear();
    notifyAll();
  }

  /** A new connection in the room just reserved; null when one of those there are must do. */
  private SftpConnection connect(SftpLogin login) throws SourceAway {
    SftpConnection made = null;
    SourceAway problem = null;
    try {
      made = connector.connect(address, login);
    } catch (SourceRefused e) {
      problem = fewer(e) ? null : e;
    } catch (SourceAway e) {
      problem = e;
    } finally {
      connected(made != null, problem);
    }
    if (problem != null) {
      throw problem;
    }
    return made;
  }

  private synchronized void connected(boolean made, SourceAway problem) {
    connecting = false;
    if (made) {
      pause.succeeded();
    } else {
      open--;
    }
    if (problem != null) {
      pause.failed(problem.getMessage());
    }
    notifyAll();
  }

  /** Whether there are connections to do with; then no more than these are used for a while. */
  private synchronized boolean fewer(SourceRefused refusal) {
    if (open > 1) {
      allowance.refused(open - 1, refusal);
    }
    return open > 1;
  }

  /** A connection to use again, or null once there is room for a new one, which it then counts. */
  private synchronized SftpConnection reserve(
      SftpLogin login, int limit, Source.Purpose purpose, long deadline) throws SourceAway {
    Object waiter = new Object();
    queue.enter(purpose, waiter);
    try {
      while (true) {
        dropUnusable();
        if (queue.isNext(waiter)) {
          SftpConnection reused = takeIdle(login);
          if (reused == null) {
            pause.check();
          }
          if (reused != null || room(limit)) {
            queue.served(purpose);
            return reused;
          }
        }
        await(deadline, limit);
      }
    } finally {
      queue.leave(purpose, waiter);
      notifyAll();
    }
  }

  /** Counts one more connection, if there may be one. */
  private boolean room(int limit) {
    int allowed = allowance.of(limit);
    while (open >= allowed && !idle.isEmpty()) {
      idle.pollFirst().close(); // of another login
      open--;
    }
    if (connecting || open >= allowed) {
      return false;
    }
    open++;
    connecting = true;
    return true;
  }

  @SuppressWarnings("WaitNotInLoop") // reserve is the loop
  private synchronized void await(long deadline, int limit) throws SourceAway {
    long left = deadline - nanoTime.getAsLong();
    if (left <= 0) {
      throw new SourceBusy(busy(limit));
    }
    try {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SourceAway("interrupted while waiting for a connection to " + address, e);
    }
  }

  private String busy(int limit) {
    return allowance.refusal().isEmpty()
        ? "all %d connections to %s are busy; raise limits.connections if the server can take it"
            .formatted(limit, address)
        : "all %d connections to %s are busy; the feed allows %d, but %s"
            .formatted(allowance.of(limit), address, limit, allowance.refusal());
  }

  private SftpConnection takeIdle(SftpLogin login) {
    SftpConnection latest = null;
    for (SftpConnection connection : idle) {
      latest = connection.login().equals(login) ? connection : latest;
    }
    idle.remove(latest);
    return latest;
  }

  private void dropUnusable() {
    int before = idle.size();
    idle.removeIf(connection -> !connection.usable());
    open -= before - idle.size();
  }

  /** Takes a connection back; one that is not whole is closed. */
  synchronized void release(SftpConnection connection, boolean whole) {
    if (whole && connection.usable()) {
      idle.addLast(connection);
    } else {
      connection.close();
      open--;
    }
    notifyAll();
  }

  /** Whether anybody waits for a connection. */
  synchronized boolean wanted() {
    return !queue.isEmpty();
  }
}
