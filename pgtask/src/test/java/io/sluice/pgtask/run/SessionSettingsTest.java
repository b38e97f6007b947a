package io.sluice.pgtask.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.sql.Sql;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sessions of a run in a database that is set to whatever could change what a statement means. */
class SessionSettingsTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  /** By name: what the database is set to, and what a session of a run has. */
  private static final Map<String, String[]> SETTINGS =
      Map.ofEntries(
          setting("default_transaction_isolation", "repeatable read", "read committed"),
          setting("default_transaction_deferrable", "on", "off"),
          setting("default_transaction_read_only", "on", "off"),
          setting("statement_timeout", "3h", "20s"),
          setting("lock_timeout", "3h", "100ms"),
          setting("idle_in_transaction_session_timeout", "3h", "0"),
          setting("idle_session_timeout", "3h", "0"),
          setting("transaction_timeout", "3h", "0"),
          setting("synchronous_commit", "on", "off"), // the ledger is on the same server
          setting("session_replication_role", "replica", "origin"),
          setting("zero_damaged_pages", "on", "off"),
          setting("row_security", "on", "off"),
          setting("gin_fuzzy_search_limit", "5", "0"),
          setting("datestyle", "SQL, DMY", "ISO, MDY"),
          setting("intervalstyle", "sql_standard", "postgres"),
          setting("timezone", "Asia/Shanghai", "UTC"),
          setting("extra_float_digits", "-5", "3"),
          setting("bytea_output", "escape", "hex"),
          setting("array_nulls", "off", "on"),
          setting("xmloption", "document", "content"),
          setting("quote_all_identifiers", "on", "off"),
          setting("standard_conforming_strings", "off", "on"));

  private static Map.Entry<String, String[]> setting(String name, String theirs, String ours) {
    return Map.entry(name, new String[] {theirs, ours});
  }

  private static void setAll(EmbeddedDatabase.Database database, int version) throws SQLException {
    for (Map.Entry<String, String[]> one : SETTINGS.entrySet()) {
      if (version >= 17 || !one.getKey().equals("transaction_timeout")) {
        RunFixture.execute(
            database.dataSource(),
            "set transaction read write; alter database %s set %s = %s"
                .formatted(
                    database.name(),
                    one.getKey(),
                    one.getKey().equals("datestyle")
                        ? one.getValue()[0]
                        : "'" + one.getValue()[0] + "'"));
      }
    }
  }

  private static Map<String, String> read(Connection connection) throws SQLException {
    Map<String, String> all = new TreeMap<>();
    for (String name : SETTINGS.keySet()) {
      String value =
          Sql.one(connection, "select current_setting(?, true)", row -> row.getString(1), name);
      if (value != null) {
        all.put(name, value);
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void inheritsNothingThatCouldLoseRows(int version) throws Exception {
    Map<String, String> wanted = new TreeMap<>();
    SETTINGS.forEach((name, values) -> wanted.put(name, values[1]));
    if (version < 17) {
      wanted.remove("transaction_timeout");
    }
    EmbeddedDatabase.Database theirs = EmbeddedDatabase.shared(version).createDatabase();
    setAll(theirs, version);
    try (RunFixture bench = RunFixture.of(version)) {
      Databases direct = name -> theirs.dataSource();
      List<Map<String, String>> seen = new ArrayList<>();
      try (TaskRunner runner = bench.runner(direct, Clock.systemUTC())) {
        runner.with(
            MaintenanceSpec.class,
            (spec, run) -> {
              seen.add(run.<Map<String, String>>read(SessionSettingsTest::read));
              seen.add(run.<Map<String, String>>transaction(SessionSettingsTest::read));
              try (Connection connection = run.connection()) {
                seen.add(read(connection));
              }
            });
        assertThat(runner.run(RunFixture.task("t"), "a").orElseThrow().problems()).isEmpty();
      }
      assertThat(seen).containsExactly(wanted, wanted, wanted);
    }
  }

  @Test
  void commitsDurably_whenTheLedgerIsOnAnotherServer() throws Exception {
    List<String> seen = new ArrayList<>();
    try (EmbeddedDatabase other = EmbeddedDatabase.startPrivate();
        RunFixture bench = RunFixture.on(EmbeddedDatabase.shared())) {
      EmbeddedDatabase.Database theirs = other.createDatabase();
      Databases direct = name -> theirs.dataSource();
      try (TaskRunner runner = bench.runner(direct, Clock.systemUTC())) {
        runner.with(
            MaintenanceSpec.class,
            (spec, run) ->
                seen.addAll(
                    run.<List<String>>transaction(c -> Sql.strings(c, "show synchronous_commit"))));
        assertThat(runner.run(RunFixture.task("t"), "a").orElseThrow().problems()).isEmpty();
      }
    }
    assertThat(seen).containsExactly("on");
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void seesThePlatformsNamesFirst_whateverTheSearchPath(int version) throws Exception {
    List<String> seen = new ArrayList<>();
    try (RunFixture bench = RunFixture.of(version);
        TaskRunner runner =
            bench.runner(
                (spec, run) -> {
                  seen.add(first(run, "select count(*) > 100 from pg_class"));
                  seen.add(first(run, "select current_schema"));
                  seen.add(first(run, "select own()"));
                })) {
      bench.execute("create schema shadow");
      bench.execute("create table shadow.pg_class (oid int)");
      bench.execute("create function shadow.own() returns text language sql as 'select ''own'''");
      bench.execute(
          "alter database %s set search_path = shadow, \"pg_catalog\", public"
              .formatted(bench.database.name()));
      assertThat(runner.run(RunFixture.task("t"), "a").orElseThrow().problems()).isEmpty();
      assertThat(seen).containsExactly("t", "shadow", "own");
    }
  }

  private static String first(TaskRun run, String query) throws SQLException {
    return run.read(c -> Sql.strings(c, query)).get(0);
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void refuses_whenTriggersAreOffAndTheRoleMayNotTurnThemOn(int version) throws Exception {
    try (RunFixture bench = RunFixture.of(version)) {
      String role = "plain_" + bench.database.name();
      bench.execute("create role " + role + " login password 'secret'");
      bench.execute(
          "alter role %s in database %s set session_replication_role = replica"
              .formatted(role, bench.database.name()));
      Databases theirs = name -> bench.as(role);
      try (TaskRunner runner = bench.runner(theirs, Clock.systemUTC())) {
        runner.with(
            MaintenanceSpec.class,
            (spec, run) -> {
              run.read(c -> Sql.number(c, "select 1"));
              throw new AssertionError("went on");
            });
        assertThatThrownBy(() -> runner.run(RunFixture.task("t"), "a"))
            .isInstanceOf(PauseStage.class)
            .hasMessageContaining("role " + role)
            .hasMessageContaining("session_replication_role = replica")
            .hasMessageContaining("alter role " + role + " in database");
        assertThat(bench.text("select state from sluice.task_run")).isEqualTo(State.FAILED.label());
        assertThat(bench.text("select array_length(problems, 1) from sluice.task_run"))
            .isEqualTo("1");
      }
    }
  }
}
