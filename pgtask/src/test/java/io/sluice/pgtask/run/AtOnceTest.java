package io.sluice.pgtask.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.sql.Sql;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.TaskSet;
import io.sluice.testkit.EmbeddedDatabase;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AtOnceTest {

  private final Queue<Integer> done = new ConcurrentLinkedQueue<>();

  private static List<Integer> items(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** The run of a task may have two connections. */
  @Test
  void worksOnTwo_whenTwoConnectionsAreAllowed() {
    CyclicBarrier two = new CyclicBarrier(2);
    try (RunFixture bench = RunFixture.on(EmbeddedDatabase.shared());
        TaskRunner runner =
            bench.runner(
                (spec, run) ->
                    AtOnce.each(
                        run,
                        items(6),
                        item -> {
                          meet(two);
                          run.step(SqlStep.transaction("Step " + item, List.of("select 1")));
                          done.add(item);
                        }))) {
      RunResult result = runner.run(RunFixture.task("t"), "a").orElseThrow();
      assertThat(result.state()).isEqualTo(State.DONE);
      assertThat(result.steps()).isEqualTo(6);
      assertThat(done).containsExactlyInAnyOrderElementsOf(items(6));
      assertThat(bench.text("select string_agg(n::text, ' ' order by n) from sluice.task_step"))
          .isEqualTo("1 2 3 4 5 6");
    }
  }

  @Test
  void beginsNoFurther_whenOneThrows() {
    CyclicBarrier two = new CyclicBarrier(2);
    try (RunFixture bench = RunFixture.on(EmbeddedDatabase.shared());
        TaskRunner runner =
            bench.runner(
                (spec, run) ->
                    AtOnce.each(
                        run,
                        items(20),
                        item -> {
                          done.add(item);
                          if (item < 2) {
                            meet(two);
                            throw new SQLException("item " + item, "42P01");
                          }
                        }))) {
      RunResult result = runner.run(RunFixture.task("t"), "a").orElseThrow();
      assertThat(result.problems()).singleElement().asString().startsWith("item ");
      assertThat(done).containsExactlyInAnyOrder(0, 1);
    }
  }

  /** Two workers take turns: each gives its connection back after a transaction. */
  @Test
  void comesToItsEnd_whenThePoolHasOneConnection() {
    try (RunFixture bench = RunFixture.on(EmbeddedDatabase.shared());
        DatabasePools one =
            new DatabasePools(
                new DatabaseSpec(
                    DatabaseSpec.WAREHOUSE,
                    bench.database.jdbcUrl(),
                    bench.database.user(),
                    Optional.empty(),
                    1),
                bench.database.password(),
                () -> new TaskSet(Map.of(), Map.of()),
                Duration.ofMillis(250),
                new SimpleMeterRegistry());
        TaskRunner runner = bench.runner(one, Clock.systemUTC())) {
      runner.with(
          MaintenanceSpec.class,
          (spec, run) ->
              AtOnce.each(
                  run,
                  items(8),
                  item ->
                      run.transaction(
                          c -> {
                            Sql.execute(c, "select pg_sleep(0.1)");
                            return done.add(item);
                          })));
      assertThat(runner.run(RunFixture.task("t"), "a").orElseThrow().problems()).isEmpty();
      assertThat(done).hasSize(8);
    }
  }
}
