package io.sluice.pgtask.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.catalog.TargetLock;
import io.sluice.core.catalog.TimePartitions;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.feed.FeedTarget.Partitioning;
import io.sluice.core.feed.FeedTarget.Partitioning.By;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.testkit.FaultyDataSource;
import io.sluice.testkit.JdbcCall;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A year of simulated days in a zone whose clocks change: readers hold locks through rotation on
 * some days, the process is killed on others, and for a week nobody rotates.
 */
class YearTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final Duration AHEAD = Duration.ofDays(3);
  private static final Duration KEEP = Duration.ofDays(20);
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyyMMdd");

  private static final Limits IMPATIENT =
      new Limits(2, Duration.ofMillis(50), Duration.ofSeconds(60), 2, Duration.ofMillis(5));

  private final Random random = new Random(2026);
  private final TimePartitions days =
      new TimePartitions(new Partitioning(By.DAY, AHEAD, Optional.of(KEEP)), BERLIN);

  private static PartitionSpec spec(SpecBuilder spec) {
    spec.aheadTime = Optional.of(AHEAD);
    spec.keepTime = Optional.of(KEEP);
    spec.mostShare = 1; // the loaders' task rests for longer than it keeps
    return spec.build();
  }

  private static Task task(String name, SpecBuilder spec) {
    return new Task(
        name,
        "",
        DatabaseSpec.WAREHOUSE,
        BERLIN,
        Optional.empty(),
        List.of(),
        IMPATIENT,
        spec(spec));
  }

  private static void setUp(TaskFixture fixture) throws SQLException {
    fixture.sql(
        RotationFixture.CDR,
        "create schema pm",
        "create table pm.cell (end_time timestamptz not null, element int) partition by range (end_time)",
        "insert into sluice.target (schema_name, name, source_name, feed, layout, mode,"
            + " time_column, key_columns) values ('pm', 'cell', 'cell', 'nr-pm', 'wide', 'append',"
            + " 'end_time', '{}')",
        "insert into sluice.target_table (target_id, kind, part, table_name, made) values (1, 'main', 1, 'cell', true)");
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void hasTheRightPartitionsAtEachStep(int major) throws SQLException {
    try (TaskFixture fixture = new TaskFixture(major)) {
      setUp(fixture);
      FaultyDataSource faulty = RotationFixture.faulty(fixture, null);
      SpecBuilder feed = SpecBuilder.of();
      feed.feed = Optional.of("nr-pm");
      Task loaders = task("feed", feed);
      Task cdr = task("cdr", SpecBuilder.of("public.cdr"));
      LocalDate first = LocalDate.of(2026, 1, 10);
      long rows = 0;
      for (int day = 0; day < 365; day += 1 + random.nextInt(6)) {
        Instant now =
            first.plusDays(day).atStartOfDay(BERLIN).plusHours(random.nextInt(24)).toInstant();
        fixture.clock.set(now);
        load(fixture, now);
        rows++;
        if (day >= 100 && day < 107) {
          continue; // nobody rotates
        }
        rotate(fixture, faulty, cdr, day);
        assertThat(fixture.partitions("cdr"))
            .as("day %s", now)
            .isEqualTo(expected("cdr", now, first));
        if (day % 3 == 0) {
          RunResult result = fixture.run(loaders);
          assertThat(result.problems()).isEmpty();
          assertThat(fixture.partitions("pm.cell"))
              .as("day %s", now)
              .isEqualTo(expected("cell", now, first.plusDays(-1)));
        }
      }
      assertThat(
              fixture.texts(
                  "select partition_name from sluice.expired_partition where done_at is null"))
          .isEmpty();
      assertThat(rows).isGreaterThan(70);
      assertThat(fixture.number("select count(*) from sluice.task_run where state = 'partial'"))
          .isGreaterThan(3);
      assertThat(fixture.number("select count(*) from sluice.task_run where state = 'failed'"))
          .isGreaterThan(3);
    }
  }

  /** Under a reader's lock, or killed somewhere, and then once more undisturbed. */
  private void rotate(TaskFixture fixture, FaultyDataSource faulty, Task task, int day)
      throws SQLException {
    int dice = random.nextInt(5);
    if (dice == 0 && day > 25) {
      Connection reader = RotationFixture.reader(fixture, "cdr");
      RunResult result = fixture.run(task);
      assertThat(fixture.partitions("cdr"))
          .as("tomorrow is there, whatever the reader blocks")
          .contains(days.name("cdr", days.startOf(fixture.clock.instant().plus(AHEAD))));
      assertThat(result.problems()).allMatch(p -> p.startsWith("detach") || p.startsWith("finish"));
      RotationFixture.end(reader);
    } else if (dice == 1) {
      faulty.before(JdbcCall.WORK, 1 + random.nextInt(60), faulty.death());
      try {
        fixture.run(task);
      } catch (PauseStage e) {
        assertThat(faulty.struck()).isTrue();
      }
      faulty.heal();
    }
    RunResult result = fixture.run(task);
    assertThat(result.problems()).isEmpty();
    assertThat(result.state()).isEqualTo(State.DONE);
  }

  /** Every day of the window since the first run. */
  private List<String> expected(String table, Instant now, LocalDate first) {
    List<String> names = new ArrayList<>();
    LocalDate day = LocalDate.ofInstant(now.minus(KEEP), BERLIN);
    day = day.isBefore(first) ? first : day;
    for (; !day.isAfter(LocalDate.ofInstant(now.plus(AHEAD), BERLIN)); day = day.plusDays(1)) {
      names.add(table + "_p" + DAY.format(day));
    }
    return names;
  }

  /** What the loader does: makes the partition that a row needs, under its lock, and inserts. */
  private void load(TaskFixture fixture, Instant now) throws SQLException {
    Instant start = days.startOf(now.minus(Duration.ofDays(1)));
    String name = days.name("cell", start);
    try (Connection connection = fixture.dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(TargetLock.sql(1));
      statement.execute(
          "create table if not exists pm.%s partition of pm.cell for values from ('%s') to ('%s')"
              .formatted(name, start, days.next(start)));
      statement.execute("insert into pm.cell values ('%s', 1)".formatted(start));
      connection.commit();
      connection.setAutoCommit(true);
    }
  }
}
