package io.sluice.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.core.ledger.LedgerSchema;
import io.sluice.core.sql.Transactions;
import io.sluice.pgtask.copyswap.Drain;
import io.sluice.pgtask.partition.PartitionRotation;
import io.sluice.pgtask.run.RunHistory;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.TaskMetrics;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.Task;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import javax.sql.DataSource;

/** Sluice's rotation with its history and ledger, and a clock that is set. */
final class SluiceSide implements RotationSide, AutoCloseable {

  /** A clock that is set. */
  private static final class SetClock extends Clock {
    private volatile Instant now = Instant.EPOCH;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return Clock.fixed(now, zone);
    }
  }

  private final SetClock clock = new SetClock();
  private final HikariDataSource pool;
  private final HikariDataSource tasks;
  private final TaskRunner runner;
  private final int days;

  SluiceSide(DataSource database, int days) {
    this.days = days;
    LedgerSchema.migrate(database);
    this.pool = pool(database);
    this.tasks = pool(database);
    Transactions ledger = new Transactions(pool);
    this.runner =
        new TaskRunner(
                name -> tasks,
                new RunHistory(ledger, Duration.ofMinutes(1)),
                new TaskMetrics(new SimpleMeterRegistry()),
                clock,
                "bench",
                Duration.ofSeconds(5))
            .with(
                PartitionSpec.class,
                new PartitionRotation(
                    ledger,
                    connection -> clock.instant(),
                    new Drain(),
                    Optional.empty(),
                    feed -> false));
  }

  private static HikariDataSource pool(DataSource database) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(database);
    config.setMaximumPoolSize(4);
    return new HikariDataSource(config);
  }

  @Override
  public String name() {
    return "Sluice";
  }

  @Override
  public String schema() {
    return PartmanTables.SLUICE;
  }

  @Override
  public void rotate(Instant now) throws SQLException {
    clock.now = now;
    RunResult result =
        runner
            .run(task(), "bench")
            .orElseThrow(() -> new SQLException("another run of the rotation is running"));
    if (!result.problems().isEmpty()) {
      throw new SQLException("Sluice's rotation: " + result.problems());
    }
  }

  private Task task() {
    PartitionSpec spec =
        new PartitionSpec(
            List.of("b.*"),
            List.of(),
            Optional.empty(),
            Optional.of(new Interval.Calendar(Interval.Unit.DAY)),
            Optional.empty(),
            Optional.empty(),
            OptionalInt.of(PartmanTables.AHEAD),
            Optional.of(Duration.ofDays(days)),
            OptionalLong.empty(),
            OptionalLong.empty(),
            new PartitionSpec.Expired.Drop(),
            Optional.empty(),
            new PartitionSpec.DefaultPartition(true, 20_000),
            true,
            Optional.of("{table}_p{yyyy_MM_dd}"),
            new PartitionSpec.Template(Optional.empty(), Optional.empty(), Map.of(), true),
            false,
            Optional.empty(),
            Duration.ZERO,
            400,
            0.5,
            false);
    return new Task(
        "rotate",
        "",
        DatabaseSpec.WAREHOUSE,
        ZoneOffset.UTC,
        Optional.empty(),
        List.of(),
        Limits.DEFAULT,
        spec);
  }

  @Override
  public void close() {
    runner.close();
    tasks.close();
    pool.close();
  }
}
