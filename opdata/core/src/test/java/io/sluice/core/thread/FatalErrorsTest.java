package io.sluice.core.thread;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FatalErrorsTest {
  private final List<Integer> halts = new CopyOnWriteArrayList<>();
  private final ExecutorService pool = Threads.pool(1, Threads.forWaiting("test"));
  private final ScheduledExecutorService scheduler = Threads.scheduler(1, "test-timer");
  private Thread.UncaughtExceptionHandler before;

  @BeforeEach
  void noteHalts() {
    before = Thread.getDefaultUncaughtExceptionHandler();
    FatalErrors.endProcess(halts::add);
  }

  @AfterEach
  void restore() {
    pool.shutdownNow();
    scheduler.shutdownNow();
    Thread.setDefaultUncaughtExceptionHandler(before);
  }

  @Test
  void endsTheProcess_whenAnErrorEndsAThread() {
    Threads.forWaiting("waiting").newThread(FatalErrorsTest::fail).start();
    Threads.forComputing("computing").newThread(FatalErrorsTest::fail).start();
    awaitHalts(List.of(70, 70));
  }

  @Test
  void endsTheProcess_whenAPoolKeepsTheErrorInAFuture() {
    Future<?> kept = pool.submit(FatalErrorsTest::fail);
    pool.execute(FatalErrorsTest::fail);
    awaitHalts(List.of(70, 70));
    assertThat(kept).isDone();
  }

  @Test
  void endsTheProcess_whenAScheduleEndsWithAnError() {
    AtomicInteger rounds = new AtomicInteger();
    Future<?> schedule =
        scheduler.scheduleWithFixedDelay(
            () -> {
              if (rounds.incrementAndGet() == 3) {
                fail();
              }
            },
            0,
            1,
            TimeUnit.MILLISECONDS);
    awaitHalts(List.of(70));
    assertThat(rounds).hasValue(3);
    assertThat(schedule).isDone();
  }

  @Test
  void goesOn_whenAnExceptionOrACancelEndsTheTask() throws Exception {
    Thread thread =
        Threads.forWaiting("waiting")
            .newThread(
                () -> {
                  throw new IllegalStateException("on purpose");
                });
    thread.start();
    thread.join();
    pool.execute(
        () -> {
          throw new IllegalStateException("on purpose");
        });
    scheduler.schedule(FatalErrorsTest::fail, 1, TimeUnit.HOURS).cancel(false);
    pool.submit(() -> {}).get();
    assertThat(halts).isEmpty();
  }

  /** Awaitility would put its own handler in the place of the one under test. */
  private void awaitHalts(List<Integer> codes) {
    await().dontCatchUncaughtExceptions().until(() -> halts.equals(codes));
  }

  private static void fail() {
    throw new NoClassDefFoundError("on purpose");
  }
}
