package io.sluice.service.broker;

import com.rabbitmq.client.Channel;
import io.sluice.core.message.WorkMessage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What was delivered and nobody works on yet: live messages go first. Bounded by the prefetch.
 *
 * <p>One batch in {@value #BULK_EVERY} prefers bulk, so that held bulk messages never wait until
 * the broker believes their consumer dead.
 */
final class DeliveryBuffer {
  private static final int BULK_EVERY = 32;

  /** A message with what acknowledges it. */
  record Delivery(Channel channel, long tag, WorkMessage message, boolean redelivered) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Delivery> live = new ArrayDeque<>();
  private final Deque<Delivery> bulk = new ArrayDeque<>();
  private int batches;
  private int atWork;

  void add(Delivery delivery, boolean toBulk) {
    lock.lock();
    try {
      (toBulk ? bulk : live).add(delivery);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return live.size() + bulk.size();
    } finally {
      lock.unlock();
    }
  }

  /** Forgets everything; the broker takes it back when the channel closes. */
  void clear() {
    lock.lock();
    try {
      live.clear();
      bulk.clear();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for a first message, then at most {@code fill} for the batch to become full.
   *
   * @return never empty; the taker calls {@link #done} after it
   */
  List<Delivery> take(int batch, Duration fill) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      List<Delivery> taken = List.of();
      while (taken.isEmpty()) {
        awaitFirst();
        awaitFull(batch, fill);
        taken = poll(batch); // another worker may have been faster
      }
      atWork++;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private void awaitFirst() throws InterruptedException {
    while (live.isEmpty() && bulk.isEmpty()) {
      changed.await();
    }
  }

  private void awaitFull(int batch, Duration fill) throws InterruptedException {
    long nanos = fill.toNanos();
    while (live.size() + bulk.size() < batch && nanos > 0) {
      nanos = changed.awaitNanos(nanos);
    }
  }

  private List<Delivery> poll(int batch) {
    batches++;
    boolean bulkFirst = batches % BULK_EVERY == 0;
    List<Delivery> result = new ArrayList<>(batch);
    drain(bulkFirst ? bulk : live, result, batch);
    drain(bulkFirst ? live : bulk, result, batch);
    return result;
  }

  private static void drain(Deque<Delivery> from, List<Delivery> to, int limit) {
    while (to.size() < limit && !from.isEmpty()) {
      to.add(from.poll());
    }
  }

  /** The batch last taken by this thread is finished, one way or another. */
  void done() {
    lock.lock();
    try {
      atWork--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until nobody is at work.
   *
   * @return false if somebody still is after the time
   */
  boolean awaitIdle(Duration time) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long nanos = time.toNanos();
      while (atWork > 0 && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      return atWork == 0;
    } finally {
      lock.unlock();
    }
  }
}
