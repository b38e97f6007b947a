package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskCommandsTest {

  private static final String CARE =
      """
      task: care
      description: Statistics of x
      maintenance: {tables: ["x.*"], analyze: {}}
      """;

  @TempDir Path home;
  private Cli cli;

  @BeforeEach
  void start() throws IOException {
    cli = new Cli(home);
    cli.environment.put("SLUICE_TASKS", home.resolve("tasks").toString());
    Files.createDirectories(home.resolve("tasks"));
    Files.createDirectories(home.resolve("feeds"));
    cli.execute("create schema x");
    cli.execute("create table x.a (n int)");
    cli.execute("insert into x.a select generate_series(1, 10000)");
  }

  private void write(String file, String yaml) throws IOException {
    Files.writeString(home.resolve("tasks").resolve(file), yaml);
  }

  private void feed(String name) throws IOException {
    Files.writeString(
        home.resolve("feeds").resolve(name + ".yaml"),
        """
        feed: %s
        source: {directory: {path: "/pm/*.xml"}}
        format: {3gpp-pm: {}}
        target: {table: "pm.{measInfoId}", partition: {keep: 90d}}
        """
            .formatted(name));
  }

  @Test
  void listsTasks_declaredAndDerived() throws IOException {
    write("care.yaml", CARE);
    feed("nr-pm");
    cli.execute(
        "insert into sluice.scheduled_tasks (task_name, task_instance, execution_time, picked, version)"
            + " values ('sluice-task', 'care Every[rest=PT15M]', '2036-01-02 03:04Z', false, 1),"
            + " ('sluice-task', 'far Every[rest=PT1H]', '2036-01-02 03:04Z', false, 1),"
            + " ('sluice-task', 'old', '2036-01-02 03:04Z', false, 1)");
    Cli.Run run = cli.run("task", "list");
    assertThat(run.code()).isZero();
    assertThat(run.lines()).hasSize(5);
    assertThat(run.lines().get(4)).matches("old +in another process +2036-01-02 .* never");
    assertThat(run.lines().get(3)).matches("far +in another process: Every.* +2036-01-02 .* never");
    assertThat(run.lines().get(1))
        .matches("care +maintenance +warehouse +every 15m +2036-01-02 04:04:00\\+01:00 +never");
    assertThat(run.lines().get(2)).matches("feed/nr-pm +partition +warehouse +every 15m +never");
    cli.run("task", "run", "care");
    assertThat(cli.run("task", "list").lines().get(1)).matches("care .* done +[0-9]+s +0");
    assertThat(cli.run("task", "list", "--json").out())
        .contains("\"name\" : \"care\"", "\"state\" : \"done\"");
  }

  @Test
  void listsAndAbandons_whatNoTaskCarriesOn() throws IOException {
    write("care.yaml", CARE);
    cli.execute("create table x.a__sluice_log (n int)");
    cli.execute("create table x.a__sluice_copy (n int)");
    assertThat(cli.run("task", "list").lines().get(2))
        .matches("unknown +warehouse +not declared +never +rest of a rewrite of x.a, log 0 B");
    assertThat(cli.run("task", "abandon", "x.a", "--dry-run").out())
        .contains("drop table if exists \"x\".\"a__sluice_copy\"");
    Cli.Run run = cli.run("task", "abandon", "x.a");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("Drop the copy and the change log of x.a", "abandon done: 2 steps");
    assertThat(cli.text("select count(*) from pg_class where relname like '%\\_\\_sluice%'"))
        .isEqualTo("0");
    assertThat(cli.run("task", "abandon", "x.a").out())
        .contains("nothing of x.a is unfinished in database warehouse");
    assertThat(cli.number("select count(*) from x.a")).isEqualTo(10000);
  }

  @Test
  void saysSo_whenTasksAreBrokenOrAway() throws IOException {
    write("care.yaml", CARE);
    write("bad.yaml", "task: bad\nmaintenance: {}\n");
    assertThat(cli.run("task", "list").err()).contains("1 file with problems");
    cli.environment.put("SLUICE_TASKS", home.resolve("nowhere").toString());
    assertThat(cli.run("task", "list").err()).contains("there are no tasks at", "SLUICE_TASKS");
    assertThat(cli.run("task", "list", "--tasks", home.resolve("tasks").toString()).lines())
        .hasSize(2);
    Cli.Run unknown = cli.run("task", "run", "car", "--tasks", home.resolve("tasks").toString());
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("there is no task car. Did you mean care?");
  }

  @Test
  void checksTasks_sayingEveryProblem() throws IOException {
    write("care.yaml", CARE);
    assertThat(cli.run("task", "check").code()).isZero();
    write("bad.yaml", "task: Bad\nmaintenence: {}\n");
    write(
        "other.yaml",
        "task: other\ndatabase: billing\nmaintenance: {tables: [x.a], analyze: {}}\n");
    Cli.Run bad = cli.run("task", "check");
    assertThat(bad.code()).isEqualTo(1);
    assertThat(bad.lines()).hasSize(3);
    assertThat(bad.lines().get(0)).contains("bad.yaml:1:7: ");
    assertThat(bad.lines().get(1)).contains("bad.yaml:2:1: ", "Did you mean 'maintenance'?");
    assertThat(bad.lines().get(2)).contains("other.yaml:2:11: database billing is not declared");
    assertThat(bad.err()).contains("3 files, 3 problems");
    assertThat(cli.run("task", "check", home.resolve("tasks/care.yaml").toString()).code())
        .isZero();
    assertThat(cli.run("task", "check", home.resolve("nowhere").toString()).code()).isEqualTo(2);
    assertThat(cli.run("task", "check", "--json").out()).contains("\"line\" : 2");
  }

  @Test
  void checksOneFile_besideTheOthersOfItsDirectory() throws IOException {
    write("db.yaml", "database: billing\nurl: jdbc:postgresql://h/b\nuser: u\n");
    write("a.yaml", "task: a\ndatabase: billing\nmaintenance: {tables: [x.a], analyze: {}}\n");
    write("b.yaml", "task: b\ndatabase: billing\nmaintenance: {tables: [x.a], analyze: {}}\n");
    assertThat(cli.run("task", "check", home.resolve("tasks/a.yaml").toString()).code()).isZero();
    Cli.Run run = cli.run("task", "check", home.resolve("tasks/b.yaml").toString());
    assertThat(run.lines()).singleElement().asString().contains("x.a is also analysed by task a");
    assertThat(run.err()).contains("1 file, 1 problem");
  }

  @Test
  void printsAScript_whenDryRun() throws Exception {
    write("care.yaml", CARE);
    Cli.Run run = cli.run("task", "run", "care", "--dry-run");
    assertThat(run.code()).isZero();
    assertThat(run.lines().get(0)).startsWith("-- task care (maintenance) in database warehouse");
    assertThat(run.out())
        .contains("-- 1. ", "-- locks SHARE UPDATE EXCLUSIVE: x.a\n")
        .containsIgnoringCase("analyze \"x\".\"a\"");
    assertThat(cli.text("select count(*) from sluice.task_run")).isEqualTo("0");
    assertThat(analysed()).isFalse();
    try (Connection connection = cli.database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      String script = run.out().replaceAll("(?m)^(--|\\\\set).*$", "");
      for (String sql : script.split(";\n", -1)) {
        statement.execute(sql);
      }
    }
    assertThat(analysed()).as("the script did it").isTrue();
    assertThat(cli.run("task", "run", "care", "--dry-run").out()).contains("nothing to do");
    assertThat(cli.run("task", "run", "care", "--dry-run", "--json").out())
        .contains("\"steps\" : [ ]");
  }

  private boolean analysed() {
    return cli.number("select reltuples::int8 from pg_class where oid = 'x.a'::regclass") == 10000;
  }

  @Test
  void runsTask_showingItsSteps() throws IOException {
    write("care.yaml", CARE);
    Cli.Run run = cli.run("task", "run", "care");
    assertThat(run.err()).doesNotContain("sluice:");
    assertThat(run.code()).isZero();
    assertThat(run.lines().get(0)).matches(" +1\\. .*x\\.a.* \\([0-9.]+ s\\)");
    assertThat(run.out()).contains("care done: 1 steps in ").contains("tablesAnalyzed 1");
    assertThat(analysed()).isTrue();
    assertThat(cli.text("select by from sluice.task_run")).isEqualTo(cli.database.user());
    assertThat(cli.run("task", "run", "care", "--json").out()).contains("\"state\" : \"DONE\"");
  }

  @Test
  void respectsWindows_unlessToldOtherwise() throws IOException {
    String never = "window: [daily %02d:00-%02d:00]\n";
    int hour = java.time.OffsetDateTime.now(java.time.ZoneOffset.UTC).getHour();
    write("care.yaml", CARE + never.formatted((hour + 12) % 24, (hour + 13) % 24));
    Cli.Run outside = cli.run("task", "run", "care");
    assertThat(outside.code()).isEqualTo(1);
    assertThat(outside.out()).contains("outside its windows", "care stopped");
    assertThat(analysed()).isFalse();
    assertThat(cli.run("task", "run", "care", "--outside-window").code()).isZero();
    assertThat(analysed()).isTrue();
  }

  @Test
  void cancelsARunningTask_andTellsItFromOthers() throws Exception {
    write("care.yaml", CARE + "limits: {lockTimeout: 60s}\n");
    assertThat(cli.run("task", "cancel", "care").code()).isEqualTo(1);
    try (Connection holder = cli.database.dataSource().getConnection();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("lock table x.a in share update exclusive mode");
      CompletableFuture<Cli.Run> running =
          CompletableFuture.supplyAsync(() -> cli.run("task", "run", "care"));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> cli.text("select count(*) from sluice.task_step").equals("1"));
      Cli.Run second = cli.run("task", "run", "care");
      assertThat(second.code()).isEqualTo(1);
      assertThat(second.err()).contains("care is already running since").contains("--wait");
      CompletableFuture<Cli.Run> waiting =
          CompletableFuture.supplyAsync(() -> cli.run("task", "run", "care", "--wait"));
      assertThat(cli.run("task", "history").lines().get(1)).contains("running");
      assertThat(cli.run("task", "cancel", "care").out()).contains("care will stop within seconds");
      Cli.Run cancelled = running.get();
      assertThat(cancelled.code()).isEqualTo(1);
      assertThat(cancelled.out()).contains("care cancelled");
      holder.rollback();
      assertThat(waiting.get().code()).isZero();
    }
    assertThat(analysed()).isTrue();
  }

  @Test
  void saysWhichPasswordFile_whenADeclaredDatabaseHasNone() throws IOException {
    write("away.yaml", "task: far\ndatabase: far\nmaintenance: {tables: [x.a], analyze: {}}\n");
    write(
        "far.yaml",
        "database: far\nurl: jdbc:postgresql://127.0.0.1:1/b\nuser: u\npassword: ${file:/no/pw}\n");
    Cli.Run run = cli.run("task", "run", "far");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("the password of database far: ${file:/no/pw} cannot be read");
    assertThat(run.out() + run.err()).doesNotContain("io.sluice", "error of Sluice");
  }

  @Test
  void showsHistory_andTheStepsOfARun() throws IOException {
    write("care.yaml", CARE);
    write("bad.yaml", "task: away\ndatabase: away\nmaintenance: {tables: [x.a], analyze: {}}\n");
    write("away.yaml", "database: away\nurl: jdbc:postgresql://127.0.0.1:1/b\nuser: u\n");
    cli.run("task", "run", "care");
    Cli.Run away = cli.run("task", "run", "away");
    assertThat(away.code()).isEqualTo(4);
    assertThat(away.err())
        .contains("database away (jdbc:postgresql://127.0.0.1:1/b) cannot be reached")
        .contains("refused. Check url, user and password in its declaration");
    for (String command : new String[] {"explain away", "run away --dry-run"}) {
      Cli.Run run = cli.run(("task " + command).split(" ", -1));
      assertThat(run.code()).isEqualTo(4);
      assertThat(run.err())
          .contains("database away (jdbc:postgresql://127.0.0.1:1/b) cannot be reached");
    }
    Cli.Run all = cli.run("task", "history");
    assertThat(all.lines()).hasSize(3);
    assertThat(all.lines().get(1)).contains("away", "failed");
    assertThat(all.lines().get(2)).contains("care", "done", "tablesAnalyzed 1");
    assertThat(cli.run("task", "history", "care").lines()).hasSize(2);
    assertThat(cli.run("task", "history", "--failed").lines()).hasSize(2);
    assertThat(cli.run("task", "history", "--limit", "1").lines()).hasSize(2);
    assertThat(cli.run("task", "history", "--limit", "0").code()).isEqualTo(2);
    String id = cli.text("select id from sluice.task_run where task = 'care'");
    Cli.Run steps = cli.run("task", "history", "--run", id);
    assertThat(steps.lines().get(0)).startsWith("run " + id + " of care (maintenance");
    assertThat(steps.out()).contains("   1. ").doesNotContainIgnoringCase("analyze \"x\"");
    assertThat(cli.run("task", "history", "--run", id, "--sql").out())
        .containsIgnoringCase("analyze \"x\".\"a\"");
    assertThat(cli.run("task", "history", "--run", "99999").err())
        .contains("there is no run 99999");
    assertThat(cli.run("task", "history", "--run", id, "--json").out())
        .contains("\"outcome\" : \"done\"");
  }

  @Test
  void explainsInWords_whatATaskIsAndDoes() throws IOException {
    write("care.yaml", CARE);
    Cli.Run run = cli.run("task", "explain", "care");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("Statistics of x.")
        .contains("Maintains x.*, in database warehouse.")
        .contains("Runs every 15m after the end of its last run; may run at any time.")
        .contains("Analyses a table at 10 % changed rows.")
        .contains("At most 2 connections; a statement waits 2s for a lock and runs for at most 4h")
        .containsPattern("  x.a: plain, (never analysed|about 10,000 rows)")
        .contains("Next run: not scheduled by any service yet; now it would");
    assertThat(run.out()).containsPattern("(?i)  analy[sz]e.*x\\.a");
    assertThat(cli.run("task", "explain", "care", "--json").out())
        .contains("\"nextRun\" : [ \"", "\"table\" : \"x.a\"");
  }

  @Test
  void explainsTheTask_ofAFeedThatSharesATableOfOneThatIsGone() throws IOException {
    feed("nr-pm");
    cli.loaded("nr-pm", "/pm/a.xml");
    cli.execute("create table x.p (t timestamptz, n int) partition by range (t)");
    cli.execute(
        """
        insert into sluice.target (schema_name, name, source_name, feed, layout, mode, time_column, key_columns)
        values ('x', 'p', 'p', 'gone', 'wide', 'append', 't', '{}');
        insert into sluice.target_table (target_id, kind, part, table_name, made) values (1, 'main', 1, 'p', true);
        update sluice.file set tables = '{1}'
        """);
    assertThat(cli.run("task", "explain", "feed/nr-pm").out()).contains("  x.p: 0 partitions by t");
  }

  @Test
  void listsPartitions_withTheirSizesAndThoseThatWent() throws SQLException {
    cli.execute("create table x.p (t timestamptz, n int) partition by range (t)");
    cli.execute(
        "create table x.p1 partition of x.p for values from ('2026-03-01') to ('2026-03-02')");
    cli.execute(
        "create table x.p2 partition of x.p for values from ('2036-03-01') to ('2036-03-02')");
    cli.execute("create table x.pd partition of x.p default");
    cli.execute("insert into x.p select '2026-03-01 10:00', generate_series(1, 1000)");
    cli.execute("analyze x.p1");
    cli.execute(
        """
        insert into sluice.expired_partition (task, database, schema_name, parent_name, partition_schema,
          partition_name, oid, lower_bound, upper_bound, action, rows, bytes, export_uri, decided_at, done_at)
        values ('rotate', 'warehouse', 'x', 'p', 'x', 'p0', 1, '''2026-02-28''', '''2026-03-01''', 'drop', 77,
          2048, 'file:///backup/p0', now(), now())
        """);
    Cli.Run run = cli.run("partition", "list", "x.p");
    List<String> lines = run.lines();
    assertThat(lines).hasSize(5);
    assertThat(lines.get(0)).startsWith("PARTITION");
    assertThat(lines.get(1)).matches("x\\.p1 +'2026-03-01.* KB +1,000 +[0-9]+d [0-9]+h +attached");
    assertThat(lines.get(2)).matches("x\\.p2 +'2036-03-01.* 0 B +attached");
    assertThat(lines.get(3)).matches("x\\.pd +0 B +default");
    assertThat(lines.get(4)).matches("x\\.p0 .* 2 KB +77 +dropped +file:///backup/p0");
    assertThat(cli.run("partition", "list", "x.p", "--json").out())
        .contains("\"state\" : \"attached\"");
    assertThat(cli.run("partition", "list", "x.q").err())
        .contains("there is no partitioned table x.q in database warehouse");
    assertThat(cli.run("partition", "list", "q").code()).isEqualTo(2);
    assertThat(cli.run("partition", "list", "x.p", "--database", "other").err())
        .contains("database other is not declared");
    cli.execute("create table x.h (n int) partition by hash (n)");
    assertThat(cli.run("partition", "list", "x.h").err()).contains("x.h is partitioned by hash");
  }
}
