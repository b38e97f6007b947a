package io.sluice.standalone;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.embedded.EmbeddedException;
import io.sluice.pgtask.run.RunResult;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;

/**
 * Shows rotation at work: on the feed's own tables, and on a table of another program, for which
 * the demo plants partitions of the last ten days.
 */
final class DemoRotation {
  private static final String FEED_TASK = "feed/demo";
  private static final String ALARM_TASK = "demo-alarms";
  private static final String ALARMS = "other.alarms";
  private static final int PLANTED_DAYS = 10;
  private static final int ROWS_A_DAY = 1_000;

  /** As the demo's feed and task say. */
  private static final Duration FEED_AHEAD = Duration.ofDays(2);

  private static final Duration ALARMS_AHEAD = Duration.ofDays(3);
  private static final Duration ALARMS_KEEP = Duration.ofDays(7);
  private static final int SHOWN = 10;

  private static final String STEPS =
      """
      select s.words, s.outcome from sluice.task_step s join sluice.task_run r on r.id = s.run_id
      where r.task = ? and r.started_at >= ? order by s.started_at, s.n
      """;

  private final PrintStream out;
  private final Clock clock;
  private final Instant begun;
  private DemoPartitions planted;

  DemoRotation(PrintStream out, Clock clock) {
    this.out = out;
    this.clock = clock;
    this.begun = clock.instant();
  }

  /** Makes the other program's table, or again the old partitions that the last demo expired. */
  void plant(DataSource warehouse) {
    try (Connection connection = warehouse.getConnection()) {
      Sql.execute(connection, "create schema if not exists other");
      Sql.execute(
          connection,
          "create table if not exists other.alarms (raised_at timestamptz not null, element text,"
              + " words text) partition by range (raised_at)");
      LocalDate today = clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
      for (LocalDate day = today.minusDays(PLANTED_DAYS);
          !day.isAfter(today);
          day = day.plusDays(1)) {
        plant(connection, day);
      }
      planted = DemoPartitions.of(connection, ALARMS);
    } catch (SQLException e) {
      throw new EmbeddedException("the demo's table cannot be created: " + e.getMessage(), e);
    }
  }

  private static void plant(Connection connection, LocalDate day) throws SQLException {
    String name = "alarms_p" + day.format(DateTimeFormatter.BASIC_ISO_DATE);
    if (Sql.isTrue(connection, "select to_regclass(?) is not null", "other." + name)) {
      return;
    }
    String partition = SqlNames.qualified("other", name);
    Sql.execute(
        connection,
        "create table %s partition of other.alarms for values from ('%sT00:00Z') to ('%sT00:00Z')"
            .formatted(partition, day, day.plusDays(1)));
    Sql.execute(
        connection,
        "insert into %s select '%sT00:00Z'::timestamptz + n * interval '1 minute', 'gnb-' || n, 'cell down'"
                .formatted(partition, day)
            + " from generate_series(1, %d) n".formatted(ROWS_A_DAY));
  }

  /**
   * Runs both tasks now, as their schedules do every 15 minutes; returns whether all is as said.
   */
  boolean run(Standalone standalone) throws SQLException, InterruptedException {
    RunResult feed = standalone.runTask(FEED_TASK, "demo");
    RunResult alarms = standalone.runTask(ALARM_TASK, "demo");
    out.printf("%nrotation runs automatically every 15 minutes; its latest run:%n");
    try (Connection connection = standalone.warehouse().getConnection()) {
      print(connection, FEED_TASK);
      print(connection, ALARM_TASK);
      List<String> wrong = new ArrayList<>(feed.problems());
      wrong.addAll(alarms.problems());
      wrong.addAll(judge(connection));
      wrong.forEach(problem -> out.println("WRONG    " + problem));
      out.printf(
          "partitions are %s; bin/sluice task history shows what was done, task explain what is"
              + " due%n",
          wrong.isEmpty() ? "as declared" : "NOT as declared");
      return wrong.isEmpty();
    }
  }

  private void print(Connection connection, String task) throws SQLException {
    List<String> words =
        Sql.list(
            connection,
            STEPS,
            row -> {
              String outcome = row.getString(2);
              return row.getString(1) + (outcome.equals("done") ? "" : " (" + outcome + ")");
            },
            task,
            begun);
    out.printf("  %s: %d steps%n", task, words.size());
    words.stream().limit(SHOWN).forEach(one -> out.println("    " + one));
    if (words.size() > SHOWN) {
      out.printf("    and %d more%n", words.size() - SHOWN);
    }
  }

  private List<String> judge(Connection connection) throws SQLException {
    Instant now = clock.instant();
    List<String> wrong = new ArrayList<>();
    DemoPartitions alarms = DemoPartitions.of(connection, ALARMS);
    long expired = planted.endedBefore(begun.minus(ALARMS_KEEP));
    if (alarms.endedBefore(begun.minus(ALARMS_KEEP)) != 0) {
      wrong.add("%s keeps partitions that ended more than 7 days ago".formatted(ALARMS));
    }
    if (!alarms.reachTo(now.plus(ALARMS_AHEAD))) {
      wrong.add("%s has no partition for 3 days from now".formatted(ALARMS));
    }
    long rows = alarms.rows();
    long left = planted.rows() - expired * ROWS_A_DAY;
    if (rows != left) {
      wrong.add("%s should have %d rows and has %d".formatted(ALARMS, left, rows));
    }
    List<String> tables = DemoPartitions.tablesOfFeed(connection, DemoProgress.FEED);
    for (String table : tables) {
      if (!DemoPartitions.of(connection, table).reachTo(now.plus(FEED_AHEAD))) {
        wrong.add("%s has no partition for 2 days from now".formatted(table));
      }
    }
    out.printf(
        Locale.ROOT,
        "  %s: %d of %d days expired, %,d of %,d rows left; partitions ahead: 3 days of %1$s, 2 days of"
            + " %d tables of the feed%n",
        ALARMS,
        expired,
        planted.size(),
        rows,
        planted.rows(),
        tables.size());
    return wrong;
  }
}
