package io.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.message.WorkMessage;
import io.sluice.core.work.StageProtocol;
import io.sluice.loader.PmContent.Row;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TablesTest {

  @TempDir Path directory;
  private TestLine line;

  private TestLine open(String target) throws Exception {
    line = new TestLine(directory, target);
    return line;
  }

  @AfterEach
  void stop() {
    line.close();
  }

  /** Loads a file by a loader that knows nothing yet. */
  private long load(String path, List<Row> rows) {
    long file = line.file(path, 0, rows);
    line.load(line.loader());
    assertThat(line.counts(file)).startsWith("loaded: ");
    return file;
  }

  /** Each message by a loader of its own, at the same time. */
  private void together(List<WorkMessage> messages) throws Exception {
    List<Callable<Void>> loads = new ArrayList<>();
    for (WorkMessage message : messages) {
      StageProtocol loader = line.loader();
      loads.add(
          () -> {
            loader.work(message, false);
            return null;
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(messages.size());
    try {
      for (Future<Void> load : threads.invokeAll(loads)) {
        load.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private List<String> bounds() {
    return line.texts(
        """
        select pg_get_expr(c.relpartbound, c.oid) from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'pm' and c.relispartition and c.relkind = 'r' order by 1
        """);
  }

  @Test
  void makesDaysOfTheFeedsZone_alsoWhereClocksChange() throws Exception {
    String target = "{table: \"pm.{measInfoId}\", partition: {by: day, keep: 90d}}";
    open(target);
    line.feed = TestLine.feed(target, "Europe/Berlin");

    load(
        "/pm/a.xml",
        List.of(
            Row.of("c1", "pmA", 1.0).at(Instant.parse("2026-10-24T22:00:00Z")),
            Row.of("c1", "pmA", 2.0).at(Instant.parse("2026-10-25T22:59:59Z")),
            Row.of("c1", "pmA", 3.0).at(Instant.parse("2026-10-25T23:00:00Z"))));

    assertThat(bounds())
        .containsExactly(
            "FOR VALUES FROM ('2026-10-24 22:00:00+00') TO ('2026-10-25 23:00:00+00')",
            "FOR VALUES FROM ('2026-10-25 23:00:00+00') TO ('2026-10-26 23:00:00+00')");
    assertThat(
            line.texts(
                "select tableoid::regclass || ' ' || count(*) from pm.nrcelldu group by tableoid order by 1"))
        .containsExactly("pm.nrcelldu_p20261025 2", "pm.nrcelldu_p20261026 1");
    line.exact();
  }

  @Test
  void givesPartitionsTheRowSecurityOfTheirTable() throws Exception {
    open("{table: \"pm.{measInfoId}\", partition: {by: day, keep: 90d}}");
    load("/pm/a.xml", List.of(Row.of("c1", "pmA", 1.0).at(Instant.parse("2026-11-18T10:00:00Z"))));
    line.sql("alter table pm.nrcelldu enable row level security");
    load("/pm/b.xml", List.of(Row.of("c1", "pmA", 1.0).at(Instant.parse("2026-11-19T10:00:00Z"))));
    assertThat(
            line.texts(
                "select relname || ' ' || relrowsecurity from pg_class where relname like 'nrcelldu\\_p2026____' order by 1"))
        .containsExactly("nrcelldu_p20261118 false", "nrcelldu_p20261119 true");
    line.exact();
  }

  @ParameterizedTest
  @ValueSource(strings = {"append", "merge"})
  void rejectsRowsOutsideTheWindow_andLoadsTheOthers(String mode) throws Exception {
    open("{table: \"pm.{measInfoId}\", mode: " + mode + ", partition: {by: month, keep: 60d}}");

    long file =
        load(
            "/pm/a.xml",
            List.of(
                Row.of("c1", "pmA", 1.0, "pmB", 1.0),
                Row.of("c2", "pmA", 2.0, "pmB", 1.0).at(Instant.parse("2097-01-01T00:00:00Z")),
                Row.of("c3", "pmA", 3.0)));

    assertThat(line.text("select sum(pma) from pm.nrcelldu")).isEqualTo("4");
    assertThat(bounds()).hasSize(1);
    assertThat(line.counts(file)).isEqualTo("loaded: 3+0+0+2+0+0=5, exact");
    assertThat(line.text("select reason || ' ' || cells || ' ' || raw from sluice.reject"))
        .startsWith("out_of_window 2 end_time=2097-01-01T00:00:00Z");
  }

  @Test
  void makesHoursAndNoPartitions_asTheFeedSays() throws Exception {
    open("{table: \"pm.{measInfoId}\", partition: {by: hour}}");
    load("/pm/a.xml", List.of(Row.of("c1", "pmA", 1.0)));
    assertThat(bounds())
        .containsExactly(
            "FOR VALUES FROM ('2026-11-20 10:00:00+00') TO ('2026-11-20 11:00:00+00')");

    line.feed = TestLine.feed("{table: \"pm.flat\", partition: {by: none}}");
    load("/pm/b.xml", List.of(Row.of("c1", "pmA", 1.0)));
    assertThat(line.text("select relkind::text from pg_class where oid = 'pm.flat'::regclass"))
        .isEqualTo("r");
  }

  @ParameterizedTest
  @ValueSource(strings = {"append", "merge"})
  void cutsWideTargets_andShowsThemWhole(String mode) throws Exception {
    open("{table: \"pm.{measInfoId}\", mode: " + mode + "}");
    Map<String, Double> cells = new LinkedHashMap<>();
    for (int i = 0; i < 1967; i++) {
      cells.put("pmCounter" + i, (double) i);
    }
    long file = load("/pm/a.xml", List.of(new Row(TestLine.END, "gNB-1", "c1", cells)));

    assertThat(line.number("select count(*) from sluice.target_table where made")).isEqualTo(3);
    assertThat(
            line.text(
                "select element || ' ' || object || ' ' || pmcounter0 || ' ' || pmcounter1500 from pm.nrcelldu_v"))
        .isEqualTo("gNB-1 c1 0 1500");
    assertThat(line.counts(file)).isEqualTo("loaded: 1967+0+0+0+0+0=1967, exact");
  }

  @Test
  void addsColumnsToTableAndView_whenFilesBringNewCounters() throws Exception {
    open("{table: \"pm.{measInfoId}\"}");
    load("/pm/a.xml", List.of(Row.of("c1", "pmA", 1.0)));
    load("/pm/b.xml", List.of(Row.of("c2", "pmA", 1.0, "pm B;\"x", 2.0, "select", 3.0)));

    assertThat(
            line.text(
                "select object || pm_b_x || \"select\" from pm.nrcelldu_v where object = 'c2'"))
        .isEqualTo("c223");
  }

  @Test
  void loadsIntoTheUsersTable_addingOnlyItsOwnColumns() throws Exception {
    open("{table: \"pm.{measInfoId}\", partition: {by: none}}");
    line.sql(
        "create schema pm",
        """
        create table pm.nrcelldu (end_time timestamptz, granularity int, element int, object int, suspect bool,
          pma float8, mine text default 'x')
        """);
    load("/pm/a.xml", List.of(Row.of("c1", "pmA", 1.0)));
    line.file("/pm/b.xml", 0, List.of(Row.of("c1", "pmNew", 1.0)));
    line.load(line.loader());

    assertThat(line.text("select mine || pma || (_file > 0) from pm.nrcelldu")).isEqualTo("x1true");
    assertThat(line.text("select state || ' ' || reason from sluice.work"))
        .startsWith(
            "parked missing_column: pm.nrcelldu was not made by Sluice and lacks the columns");
  }

  @Test
  void makesNoTable_whileItsFeedIsNotDefined() throws Exception {
    open("{table: \"pm.{measInfoId}\", partition: {by: day}}");
    line.file("/pm/a.xml", 0, List.of(Row.of("c1", "pmA", 1.0)));
    WorkMessage message = line.handled().orElseThrow();
    line.feed =
        TestLine.parse(
            """
            feed: other
            source: {directory: {path: "/pm/*.xml"}}
            format: {3gpp-pm: {}}
            target: {table: "other.{measInfoId}"}
            """);
    line.loader().work(message, false);

    assertThat(line.text("select state || ' ' || reason from sluice.work"))
        .startsWith("parked unknown_feed: feed pm is no longer defined");
    assertThat(line.text("select to_regclass('pm.nrcelldu')::text")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"append", "merge"})
  void loadsAll_whenLoadersRaceForTablesAndColumns(String mode) throws Exception {
    open("{table: \"pm.{measInfoId}\", mode: " + mode + ", partition: {by: hour}}");
    List<WorkMessage> messages = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      line.file(
          "/pm/" + i + ".xml",
          i,
          List.of(
              Row.of("c" + i, "pmA", 1.0, "pm" + i, 1.0),
              Row.of("same", "pm" + i, 1.0),
              Row.of("d", "pmA", 1.0).at(TestLine.END.minusSeconds(3600L * i))));
      messages.add(line.handled().orElseThrow());
    }
    together(messages);
    line.loadUntilDone(line.loader());

    assertThat(line.number("select count(*) from pm.nrcelldu_v where object like 'c%'"))
        .isEqualTo(4);
    assertThat(line.number("select sum(pm0) + sum(pm1) + sum(pm2) + sum(pm3) from pm.nrcelldu"))
        .isEqualTo(8);
    line.exact();
  }

  @Test
  void loadsOnce_whenTwoWorkersHaveTheSameMessages() throws Exception {
    open("{table: \"pm.{measInfoId}\"}");
    for (int i = 0; i < 20; i++) {
      line.file(
          "/pm/" + i + ".xml",
          0,
          List.of(Row.of("c1", "pmA", 1.0)),
          List.of(Row.of("c2", "pmA", 1.0)));
    }
    WorkMessage message = line.handled().orElseThrow();
    together(List.of(message, message));

    assertThat(line.text("select count(*) || ' ' || sum(pma) from pm.nrcelldu")).isEqualTo("40 40");
    line.exact();
  }
}
