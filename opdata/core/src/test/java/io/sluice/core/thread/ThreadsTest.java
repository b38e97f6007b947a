package io.sluice.core.thread;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ThreadsTest {

  @Test
  void waitsOnVirtualThreads_whereTheRuntimeHasThemWithoutPinning() throws Exception {
    Thread thread = Threads.forWaiting("fetch").newThread(() -> {});
    boolean virtual = thread.toString().startsWith("VirtualThread");
    assertThat(virtual).isEqualTo(Runtime.version().feature() >= 24);
    assertThat(thread.getName()).isEqualTo("fetch-1");
    assertThat(thread.isDaemon()).isTrue();
  }

  @Test
  void computesOnPlatformThreads() {
    Thread thread = Threads.forComputing("handle").newThread(() -> {});
    assertThat(thread.toString()).startsWith("Thread[");
    assertThat(thread.getName()).isEqualTo("handle-1");
    assertThat(thread.isDaemon()).isTrue();
  }

  @Test
  void boundsWhatRunsAtATime_whateverTheThreads() throws Exception {
    ExecutorService pool = Threads.pool(2, Threads.forWaiting("test"));
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch both = new CountDownLatch(2);
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(
          pool.submit(
              () -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                both.countDown();
                both.await();
                running.decrementAndGet();
                return null;
              }));
    }
    for (Future<?> one : all) {
      one.get();
    }
    pool.shutdown();
    assertThat(most).hasValue(2);
  }
}
