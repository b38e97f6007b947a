package io.sluice.pgtask.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.copyswap.Drain;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.Epoch;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.Interval.Unit;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.PartitionSpec.Sub;
import io.sluice.pgtask.task.PartitionSpec.Template;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CreationTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";
  private static final String CDR =
      "create table cdr (at timestamptz not null, id bigint not null, note text) partition by range (at)";

  private static TaskFixture fixture(int major) {
    TaskFixture fixture = new TaskFixture(major);
    return fixture.with(
        PartitionSpec.class,
        new PartitionRotation(
            fixture.ledger,
            connection -> fixture.clock.instant(),
            new Drain(),
            Optional.empty(),
            feed -> false));
  }

  private static RunResult run(TaskFixture fixture, SpecBuilder spec) {
    return fixture.run(TaskFixture.task("rotate", spec.build()));
  }

  private static RunResult done(TaskFixture fixture, SpecBuilder spec) {
    RunResult result = run(fixture, spec);
    assertThat(result.problems()).isEmpty();
    assertThat(result.state()).isEqualTo(State.DONE);
    return result;
  }

  private static String bounds(TaskFixture fixture, String table) throws SQLException {
    return fixture
        .texts(
            "select pg_get_expr(relpartbound, 0) from pg_class where oid = '%s'::regclass"
                .formatted(table))
        .get(0);
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void makesPartitionsUpToAhead_andNothingTheSecondTime(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(CDR);
      RunResult result = done(fixture, SpecBuilder.of("public.cdr"));
      assertThat(fixture.partitions("cdr"))
          .containsExactly("cdr_p20261120", "cdr_p20261121", "cdr_p20261122");
      assertThat(result.values()).containsEntry("partitionsCreated", 3L);
      assertThat(bounds(fixture, "cdr_p20261121"))
          .contains("2026-11-21 00:00:00+00", "2026-11-22 00:00:00+00");
      assertThat(
              fixture.number("select count(*) from pg_constraint where conname = 'sluice_bounds'"))
          .isZero();
      assertThat(done(fixture, SpecBuilder.of("public.cdr")).steps()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void dryRunShowsExactlyWhatARunDoes(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(CDR);
      List<String> shown =
          fixture.dryRun(TaskFixture.task("rotate", SpecBuilder.of("public.cdr").build()));
      assertThat(fixture.partitions("cdr")).isEmpty();
      fixture.sql(shown.toArray(String[]::new));
      assertThat(fixture.partitions("cdr")).hasSize(3);
      assertThat(done(fixture, SpecBuilder.of("public.cdr")).steps()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void usesTheZonesDays_ofEveryType(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(
          "create table a (t timestamptz) partition by range (t)",
          "create table b (t timestamp) partition by range (t)",
          "create table c (t date) partition by range (t)");
      fixture.run(
          TaskFixture.task(
              "zones", SpecBuilder.of("public.*").build(), ZoneId.of("Asia/Shanghai")));
      assertThat(bounds(fixture, "a_p20261120"))
          .isEqualTo("FOR VALUES FROM ('2026-11-19 16:00:00+00') TO ('2026-11-20 16:00:00+00')");
      assertThat(bounds(fixture, "b_p20261120"))
          .isEqualTo("FOR VALUES FROM ('2026-11-20 00:00:00') TO ('2026-11-21 00:00:00')");
      assertThat(bounds(fixture, "c_p20261120"))
          .isEqualTo("FOR VALUES FROM ('2026-11-20') TO ('2026-11-21')");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void countsIdsFromTheLargest_andEpochsFromNow(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(
          "create table i (id bigint) partition by range (id)",
          "create table i0 partition of i for values from (1) to (1001)",
          "create table i1 partition of i for values from (1001) to (2001)",
          "insert into i values (5), (1500)",
          "create table n (id numeric) partition by range (id)",
          "create table e (ms bigint) partition by range (ms)");
      SpecBuilder ids = SpecBuilder.of("public.i").aheadCount(2);
      ids.by = Optional.empty();
      done(fixture, ids);
      assertThat(fixture.partitions("i")).containsExactly("i0", "i1", "i_p2001", "i_p3001");
      assertThat(bounds(fixture, "i_p3001")).isEqualTo("FOR VALUES FROM ('3001') TO ('4001')");
      done(fixture, SpecBuilder.of("public.n").by(new Interval.Ids(100)).aheadCount(1));
      assertThat(fixture.partitions("n")).containsExactly("n_p0", "n_p100");
      SpecBuilder epochs = SpecBuilder.of("public.e").by(Unit.MONTH).aheadCount(1);
      epochs.encoding = Optional.of(Epoch.MILLISECONDS);
      done(fixture, epochs);
      assertThat(fixture.partitions("e")).containsExactly("e_p202611", "e_p202612");
      assertThat(bounds(fixture, "e_p202612"))
          .isEqualTo("FOR VALUES FROM ('1796083200000') TO ('1798761600000')");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void fillsGaps_clippedToIrregularNeighbours(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(
          CDR,
          "create table old partition of cdr for values from ('2026-11-01') to ('2026-11-16 06:00+00')",
          "create table odd partition of cdr for values from ('2026-11-18 20:00+00') to ('2026-11-20 13:00+00')");
      done(fixture, SpecBuilder.of("public.cdr"));
      assertThat(fixture.partitions("cdr"))
          .containsExactly(
              "cdr_p20261116",
              "cdr_p20261117",
              "cdr_p20261118",
              "cdr_p20261120",
              "cdr_p20261121",
              "cdr_p20261122",
              "odd",
              "old");
      assertThat(bounds(fixture, "cdr_p20261116")).contains("2026-11-16 06:00:00+00");
      assertThat(bounds(fixture, "cdr_p20261118")).contains("TO ('2026-11-18 20:00:00+00')");
      assertThat(bounds(fixture, "cdr_p20261120")).contains("FROM ('2026-11-20 13:00:00+00')");
      fixture.sql(
          "insert into cdr select t, 1 from generate_series(timestamptz '2026-11-01', '2026-11-22', '1h') t");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void makesAtMostSoMany_theMostUrgentFirst(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(
          CDR,
          "create table old partition of cdr for values from ('2026-01-01') to ('2026-01-02')");
      SpecBuilder spec = SpecBuilder.of("public.cdr");
      spec.most = 5;
      RunResult result = done(fixture, spec);
      assertThat(fixture.partitions("cdr"))
          .containsExactly(
              "cdr_p20261118",
              "cdr_p20261119",
              "cdr_p20261120",
              "cdr_p20261121",
              "cdr_p20261122",
              "old");
      assertThat(result.notes()).anyMatch(note -> note.contains("more than 5 partitions"));
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void neverMakesPartitionsBeforeKeep(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(
          CDR,
          "create table old partition of cdr for values from ('2020-01-01') to ('2020-01-02')");
      done(fixture, SpecBuilder.of("public.cdr").keepDays(2));
      assertThat(fixture.partitions("cdr"))
          .containsExactly(
              "cdr_p20261118", "cdr_p20261119", "cdr_p20261120", "cdr_p20261121", "cdr_p20261122");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void doesNothing_whenClocksDiffer(int major) throws SQLException {
    try (TaskFixture fixture = new TaskFixture(major)) {
      fixture.with(
          PartitionSpec.class,
          new PartitionRotation(
              fixture.ledger,
              ServerClock.ofServer(),
              new Drain(),
              Optional.empty(),
              feed -> false));
      fixture.sql(
          CDR,
          "create table old partition of cdr for values from ('2020-01-01') to ('2020-01-02')");
      fixture.clock.set(Instant.parse("2031-01-01T00:00:00Z"));
      RunResult result = run(fixture, SpecBuilder.of("public.cdr").keepDays(2));
      assertThat(result.state()).isEqualTo(State.FAILED);
      assertThat(result.problems()).singleElement().asString().contains("2031-01-01", "clock");
      assertThat(fixture.partitions("cdr")).containsExactly("old");
      fixture.clock.set(Instant.now());
      assertThat(run(fixture, SpecBuilder.of("public.cdr")).problems()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void copiesOwnerGrantsReplicaIdentityAndTemplate(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      String owner = "own%er_" + major + fixture.database.name();
      String reader = "rea\"der_" + fixture.database.name();
      fixture.sql(
          "create role \"%s\"".formatted(owner),
          "create role \"%s\"".formatted(reader.replace("\"", "\"\"")),
          "grant create on schema public to \"%s\"".formatted(owner),
          "create table cdr (at timestamptz not null, id bigint generated by default as identity, note text, primary key (id, at)) partition by range (at)",
          "alter table cdr replica identity using index cdr_pkey",
          "alter table cdr owner to \"%s\"".formatted(owner),
          "grant select, insert on cdr to \"%s\" with grant option"
              .formatted(reader.replace("\"", "\"\"")),
          "grant update (note) on cdr to public",
          "create unlogged table template (at timestamptz, id bigint, note text, unique (id)) with (fillfactor = 80, toast.autovacuum_enabled = off)",
          "create index on template (note text_pattern_ops) where note like '50%%'"
              .replace("%%", "%"));
      SpecBuilder spec = SpecBuilder.of("public.cdr");
      spec.template =
          new Template(
              Optional.of("public.template"), Optional.empty(), Map.of("fillfactor", "90"), true);
      done(fixture, spec);
      String made = "cdr_p20261121";
      assertThat(
              fixture.texts(
                  "select pg_get_userbyid(relowner) || ' ' || relreplident::text || ' ' || relpersistence::text || ' ' || array_to_string(reloptions, ',') from pg_class where relname = '"
                      + made
                      + "'"))
          .containsExactly(owner + " i u fillfactor=90");
      assertThat(
              fixture.texts(
                  "select relacl::text from pg_class where relname in ('cdr', '" + made + "')"))
          .hasSize(2)
          .satisfies(acls -> assertThat(acls.get(0)).isEqualTo(acls.get(1)));
      assertThat(
              fixture
                  .texts(
                      "select attacl::text from pg_attribute where attrelid = '"
                          + made
                          + "'::regclass and attname = 'note'")
                  .get(0))
          .contains("=w/");
      assertThat(fixture.texts("select indexdef from pg_indexes where tablename = '" + made + "'"))
          .hasSize(3)
          .anyMatch(def -> def.contains("note text_pattern_ops) WHERE (note ~~ '50%'"))
          .anyMatch(def -> def.contains("UNIQUE") && def.endsWith("(id)"));
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void showsNoMoreToWhoNamesAPartition_thanRowSecurityOfTheTableDoes(int major)
      throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      String reader = "reader_" + fixture.database.name();
      fixture.sql(
          CDR,
          "create role " + reader,
          "alter table cdr enable row level security",
          "create policy mine on cdr for select to " + reader + " using (note = 'a')",
          "grant select on cdr to " + reader,
          "alter default privileges in schema public grant select on tables to " + reader);
      SpecBuilder spec = SpecBuilder.of("public.cdr");
      spec.sub = Optional.of(new Sub.Hash("id", 2));
      assertThat(run(fixture, spec).notes()).noneMatch(note -> note.contains("row-level"));
      fixture.sql(
          "create table open partition of cdr for values from ('2020-01-01') to ('2020-01-02')");
      assertThat(run(fixture, spec).notes())
          .contains(
              "cdr has row-level security, and 1 of its partitions have none: a grant on one shows all its rows; to close the first: alter table open enable row level security");
      fixture.sql(
          "insert into cdr select '2026-11-21 10:00Z', i, case i when 3 then 'a' else 'b' end from generate_series(1, 9) i");
      try (Connection connection = fixture.database.newSessions().getConnection()) {
        Sql.execute(connection, "set role " + reader);
        assertThat(Sql.strings(connection, "select id from cdr")).containsExactly("3");
        for (String table :
            List.of("cdr_p20261121", "cdr_p20261121_h0", "cdr_p20261121_h1", "cdr_p20261122")) {
          assertThat(Sql.strings(connection, "select id from " + table)).as(table).isEmpty();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void makesSubPartitionsBeforeAttaching(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(
          "create table h (at timestamptz not null, element int, region text) partition by range (at)",
          "create index on h (element)",
          "create table l (like h) partition by range (at)",
          "create table r (like h) partition by range (at)");
      SpecBuilder hash = SpecBuilder.of("public.h").aheadCount(0);
      hash.sub = Optional.of(new Sub.Hash("element", 4));
      hash.template =
          new Template(Optional.empty(), Optional.empty(), Map.of("fillfactor", "70"), true);
      done(fixture, hash);
      SpecBuilder lists = SpecBuilder.of("public.l").aheadCount(0);
      lists.sub = Optional.of(new Sub.Lists("region", Map.of("north", List.of("N", "O'E")), true));
      done(fixture, lists);
      SpecBuilder range = SpecBuilder.of("public.r").aheadCount(0);
      range.sub = Optional.of(new Sub.Range("at", new Interval.Fixed(Duration.ofHours(12))));
      done(fixture, range);
      assertThat(fixture.partitions("h_p20261120"))
          .containsExactly("h_p20261120_h0", "h_p20261120_h1", "h_p20261120_h2", "h_p20261120_h3");
      assertThat(fixture.partitions("l_p20261120"))
          .containsExactly("l_p20261120_north", "l_p20261120_other");
      assertThat(fixture.partitions("r_p20261120"))
          .containsExactly("r_p20261120_p20261120_0000z", "r_p20261120_p20261120_1200z");
      for (String table : List.of("h", "l", "r")) {
        fixture.sql("insert into " + table + " values ('2026-11-20 13:00+00', 7, 'O''E')");
      }
      assertThat(
              fixture.texts(
                  "select reloptions::text from pg_class where relname = 'h_p20261120_h2'"))
          .containsExactly("{fillfactor=70}");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void saysEveryTableItCannotRotate_andDoesTheRest(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(
          CDR,
          "create table by_hash (a int) partition by hash (a)",
          "create table by_two (a int, b int) partition by range (a, b)",
          "create table by_text (a text) partition by range (a)",
          "create table by_expression (a timestamptz) partition by range (date_part('epoch', a at time zone 'UTC'))",
          "create table by_id (a int) partition by range (a)",
          "create table cdr_p20261121 ()");
      RunResult result = run(fixture, SpecBuilder.of("public.*", "pm.nothing"));
      assertThat(result.state()).isEqualTo(State.PARTIAL);
      assertThat(fixture.partitions("cdr")).containsExactly("cdr_p20261120", "cdr_p20261122");
      assertThat(result.problems())
          .hasSize(7)
          .anyMatch(p -> p.contains("public.by_hash is partitioned by hash"))
          .anyMatch(p -> p.contains("public.by_two is partitioned by 2 columns"))
          .anyMatch(p -> p.contains("public.by_text is skipped") && p.contains("timeFormat:"))
          .anyMatch(p -> p.contains("public.by_expression is partitioned by an expression"))
          .anyMatch(p -> p.contains("public.by_id is skipped") && p.contains("epoch:"))
          .anyMatch(p -> p.contains("public.cdr_p20261121 exists but is not a partition"))
          .anyMatch(p -> p.contains("there is no partitioned table pm.nothing"));
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void analysesParentsThatHaveRows(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major)) {
      fixture.sql(CDR, "create table empty (like cdr) partition by range (at)");
      SpecBuilder spec = SpecBuilder.of("public.*");
      spec.analyzeEvery = Duration.ofDays(1);
      fixture.clock.set(Instant.now());
      done(fixture, spec);
      fixture.sql("insert into cdr select now(), i from generate_series(1, 1000) i");
      fixture.sql("select pg_sleep(0)");
      org.awaitility.Awaitility.await()
          .until(
              () ->
                  fixture.number(
                          "select sum(pg_stat_get_tuples_inserted(relid)) from pg_partition_tree('cdr') where isleaf")
                      == 1000);
      assertThat(done(fixture, spec).values()).containsEntry("parentsAnalysed", 1L);
      assertThat(fixture.number("select reltuples from pg_class where relname = 'cdr'"))
          .isEqualTo(1000);
      org.awaitility.Awaitility.await()
          .until(
              () ->
                  fixture.number("select count(pg_stat_get_last_analyze_time('cdr'::regclass))")
                      == 1);
      assertThat(done(fixture, spec).values()).doesNotContainKey("parentsAnalysed");
    }
  }
}
