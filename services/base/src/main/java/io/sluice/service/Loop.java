package io.sluice.service;

import io.sluice.core.fate.FateException;
import io.sluice.core.thread.Threads;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does one thing again and again, with a rest between; a failure is said once, then tried again.
 */
public final class Loop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);

  private final String name;
  private final Duration rest;
  private final Runnable body;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final AtomicReference<String> failure = new AtomicReference<>();
  private final Thread thread;

  public Loop(String name, Duration rest, Runnable body) {
    this.name = name;
    this.rest = rest;
    this.body = body;
    this.thread = Threads.forWaiting(name).newThread(this::runUntilStopped);
  }

  public String name() {
    return name;
  }

  /** What went wrong the last time; empty when it went well. */
  public Optional<String> failure() {
    return Optional.ofNullable(failure.get());
  }

  /** Once only. */
  public void start() {
    thread.start();
  }

  /** Waits for the round at hand to finish. */
  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void runUntilStopped() {
    try {
      do {
        round();
      } while (!stop.await(rest.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      log.warn("{} was interrupted", name, e);
    }
  }

  private void round() {
    try {
      body.run();
      if (failure.getAndSet(null) != null) {
        log.info("{} resumed", name);
      }
    } catch (FateException e) {
      if (!e.getMessage().equals(failure.getAndSet(e.getMessage()))) {
        log.warn("{} waits: {}", name, e.getMessage());
      }
    } catch (RuntimeException | StackOverflowError e) {
      if (!e.toString().equals(failure.getAndSet(e.toString()))) {
        log.error("{} failed and will be tried again", name, e);
      }
    }
  }
}
