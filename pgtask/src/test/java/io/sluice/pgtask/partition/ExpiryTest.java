package io.sluice.pgtask.partition;

import static io.sluice.pgtask.partition.RotationFixture.CDR;
import static io.sluice.pgtask.partition.RotationFixture.day;
import static io.sluice.pgtask.partition.RotationFixture.done;
import static io.sluice.pgtask.partition.RotationFixture.end;
import static io.sluice.pgtask.partition.RotationFixture.reader;
import static io.sluice.pgtask.partition.RotationFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.sql.Sql;
import io.sluice.core.yaml.Retention;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.RunResult.State;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.PartitionSpec.Expired;
import io.sluice.pgtask.task.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExpiryTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";
  private static final List<String> KEPT =
      List.of("cdr_p20261118", "cdr_p20261119", "cdr_p20261120", "cdr_p20261121", "cdr_p20261122");

  private static SpecBuilder twoDays() {
    return SpecBuilder.of("public.cdr").keepDays(2);
  }

  private static void threeOldDays(TaskFixture fixture) throws SQLException {
    fixture.sql(CDR);
    day(fixture, "2026-11-15", 5);
    day(fixture, "2026-11-16", 5);
    day(fixture, "2026-11-17", 5);
  }

  private static List<String> open(TaskFixture fixture) throws SQLException {
    return fixture.texts(
        "select partition_name from sluice.expired_partition where done_at is null order by 1");
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void countsMonthsOnTheCalendarOfTheZone_andExpiresOnlyWhatIsOlderAsAWhole(int major)
      throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      fixture.clock.set(Instant.parse("2027-03-28T15:59:59Z")); // 11:59:59 in New York
      fixture.sql(
          CDR,
          "create table jan_end partition of cdr for values from ('2027-01-29 05:00+00') to ('2027-02-28 05:00+00')",
          "create table feb_end partition of cdr for values from ('2027-02-28 05:00+00') to ('2027-02-28 17:00+00')");
      SpecBuilder spec = SpecBuilder.of("public.cdr");
      spec.keepTime = Retention.parse("1 month");
      ZoneId newYork = ZoneId.of("America/New_York");
      Task task = TaskFixture.task("rotate", spec.build(), newYork);
      assertThat(fixture.run(task).problems()).isEmpty();
      assertThat(fixture.partitions("cdr")).doesNotContain("jan_end").contains("feb_end");
      fixture.clock.set(Instant.parse("2027-03-31T15:59:59Z")); // back to 28 February too
      fixture.run(task);
      assertThat(fixture.partitions("cdr")).contains("feb_end");
      fixture.clock.set(Instant.parse("2027-03-31T16:00:00Z")); // noon
      fixture.run(task);
      assertThat(fixture.partitions("cdr")).doesNotContain("feb_end");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void dropsWhatEndedBeforeKeep_andWritesItDown(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      threeOldDays(fixture);
      RunResult result = done(fixture, twoDays());
      assertThat(fixture.partitions("cdr")).isEqualTo(KEPT);
      assertThat(result.values())
          .containsEntry("partitionsDetached", 3L)
          .containsEntry("partitionsExpired", 3L)
          .hasEntrySatisfying("bytesFreed", bytes -> assertThat(bytes).isPositive());
      assertThat(fixture.texts("select to_regclass('cdr_p20261115')")).containsOnlyNulls();
      assertThat(
              fixture.texts(
                  "select partition_name || ' ' || lower_bound || ' ' || action from sluice.expired_partition where done_at is not null order by id"))
          .startsWith("cdr_p20261115 '2026-11-15 00:00:00+00' drop");
      assertThat(fixture.texts("select sql from sluice.task_step where words like 'detach%'"))
          .hasSize(3)
          .allMatch(sql -> sql.endsWith(" concurrently"));
      assertThat(done(fixture, twoDays()).steps()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void leavesAlone_whatIsExcluded(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      threeOldDays(fixture);
      fixture.sql("create table \"a.b\" (like cdr) partition by range (at)");
      SpecBuilder spec = SpecBuilder.of("public.*").keepDays(2);
      spec.exclude = List.of("public.{cdr,old}");
      assertThat(done(fixture, spec).values()).doesNotContainKey("partitionsExpired");
      assertThat(fixture.partitions("cdr")).hasSize(3);
      assertThat(fixture.partitions("\"a.b\"")).hasSize(3);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void keepsTables_orArchivesThem_withoutIndexesIfTold(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      threeOldDays(fixture);
      SpecBuilder keep = twoDays().expired(new Expired.Keep(false));
      keep.most = 1;
      RunResult result = done(fixture, keep);
      assertThat(result.notes())
          .anyMatch(n -> n.contains("3 partitions of public.cdr have expired"));
      assertThat(fixture.number("select count(*) from cdr_p20261115")).isEqualTo(5);
      assertThat(
              fixture.texts("select indexname from pg_indexes where tablename = 'cdr_p20261115'"))
          .isEmpty();
      done(fixture, twoDays().expired(new Expired.Archive("co\"ld", true)));
      assertThat(fixture.number("select count(*) from \"co\"\"ld\".cdr_p20261116")).isEqualTo(5);
      assertThat(fixture.number("select count(*) from \"co\"\"ld\".cdr_p20261117")).isEqualTo(5);
      assertThat(fixture.texts("select indexname from pg_indexes where schemaname = 'co\"ld'"))
          .hasSize(2);
      assertThat(open(fixture)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void expiresNothing_whenMoreThanTheShareWould_untilItIsConfirmed(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      threeOldDays(fixture);
      for (int i = 1; i < 8; i++) {
        day(fixture, "2026-11-0" + i, 5);
      }
      SpecBuilder spec = twoDays();
      spec.gaps = false;
      assertThat(run(fixture, spec).problems())
          .singleElement()
          .asString()
          .contains("nothing of public.cdr expires: 10 of its 10 partitions", "2026-11-18")
          .contains("50 %", "sluice task run rotate --yes");
      assertThat(fixture.number("select count(*) from cdr")).isEqualTo(50);
      assertThat(open(fixture)).isEmpty();
      RunResult confirmed = fixture.run(TaskFixture.task("rotate", spec.build().confirm()));
      assertThat(confirmed.problems()).isEmpty();
      assertThat(confirmed.values()).containsEntry("partitionsExpired", 10L);
      spec.mostShare = 1;
      for (int i = 1; i < 8; i++) {
        day(fixture, "2026-11-0" + i, 5);
      }
      assertThat(done(fixture, spec).values()).containsEntry("partitionsExpired", 7L);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void expiresTheOldest_untilTheRestIsSmallEnough_neverNow(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      threeOldDays(fixture);
      day(fixture, "2026-11-20", 5);
      long one = fixture.number("select pg_total_relation_size('cdr_p20261115')");
      SpecBuilder spec = SpecBuilder.of("public.cdr");
      spec.gaps = false;
      spec.aheadTime = Optional.of(java.time.Duration.ZERO);
      spec.keepBytes = OptionalLong.of(2 * one);
      done(fixture, spec);
      assertThat(fixture.partitions("cdr")).containsExactly("cdr_p20261117", "cdr_p20261120");
      spec.keepBytes = OptionalLong.of(1);
      done(fixture, spec);
      assertThat(fixture.partitions("cdr")).containsExactly("cdr_p20261120");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void expiresIds_belowTheLargestLessKeep(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      fixture.sql(
          "create table i (id bigint) partition by range (id)",
          "create table i0 partition of i for values from (minvalue) to (1000)",
          "create table i1 partition of i for values from (1000) to (2000)",
          "create table i2 partition of i for values from (2000) to (3000)",
          "insert into i values (5), (1500), (2500)");
      SpecBuilder spec = SpecBuilder.of("public.i").by(new Interval.Ids(1000)).aheadCount(1);
      spec.keepIds = OptionalLong.of(1500);
      done(fixture, spec);
      assertThat(fixture.partitions("i")).containsExactly("i1", "i2", "i_p3000");
      spec.keepIds = OptionalLong.of(501);
      done(fixture, spec);
      assertThat(fixture.partitions("i")).containsExactly("i1", "i2", "i_p3000");
      spec.keepIds = OptionalLong.of(500);
      done(fixture, spec);
      assertThat(fixture.partitions("i")).containsExactly("i2", "i_p3000");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void makesTomorrow_andLeavesTheDetachPending_whileAReaderHoldsALock(int major)
      throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      threeOldDays(fixture);
      Connection reader = reader(fixture, "cdr");
      RunResult result = run(fixture, twoDays());
      assertThat(result.state()).isEqualTo(State.PARTIAL);
      assertThat(result.problems())
          .singleElement()
          .asString()
          .contains("detach public.cdr_p20261115");
      assertThat(fixture.partitions("cdr")).containsAll(KEPT).contains("cdr_p20261115");
      assertThat(fixture.texts("select inhrelid::regclass from pg_inherits where inhdetachpending"))
          .containsExactly("cdr_p20261115");
      assertThat(open(fixture)).containsExactly("cdr_p20261115");
      assertThat(run(fixture, twoDays()).problems()).hasSize(1);
      end(reader);
      RunResult next = done(fixture, twoDays());
      assertThat(fixture.partitions("cdr")).isEqualTo(KEPT);
      assertThat(next.values()).containsEntry("partitionsExpired", 3L);
      assertThat(open(fixture)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void detachesPlainly_andSaysWhy_besideADefaultPartition(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      threeOldDays(fixture);
      fixture.sql("create table rest partition of cdr default");
      Connection reader = reader(fixture, "cdr");
      assertThat(run(fixture, twoDays()).problems())
          .filteredOn(p -> p.startsWith("detach"))
          .hasSize(3)
          .allMatch(p -> p.contains("because PostgreSQL refuses CONCURRENTLY"));
      end(reader);
      done(fixture, twoDays());
      assertThat(fixture.partitions("cdr")).containsAll(KEPT).contains("rest").hasSize(6);
      assertThat(fixture.number("select count(*) from pg_inherits where inhdetachpending"))
          .isZero();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void exportsBeforeItDrops_andKeepsWhatCouldNotBeExported(int major) throws SQLException {
    AtomicBoolean broken = new AtomicBoolean(true);
    BeforeDrop exporter =
        (work, partition, oid, parent, lower, upper, to) -> {
          if (broken.get()) {
            throw new UncheckedIOException(new IOException("disk full"));
          }
          return work.read(
              connection -> {
                try (var rows =
                    connection
                        .createStatement()
                        .executeQuery("select count(*) from " + partition.sql())) {
                  rows.next();
                  return new BeforeDrop.Saved(rows.getLong(1), to.resolve(partition.name()), "ab");
                }
              });
        };
    try (TaskFixture fixture = RotationFixture.of(major, exporter)) {
      threeOldDays(fixture);
      SpecBuilder spec = twoDays().export(URI.create("file:///exports/"));
      RunResult result = run(fixture, spec);
      assertThat(result.problems()).singleElement().asString().contains("disk full");
      assertThat(fixture.number("select count(*) from cdr")).isEqualTo(15);
      assertThat(open(fixture)).isEmpty();
      broken.set(false);
      assertThat(done(fixture, spec).values()).containsEntry("rowsExported", 15L);
      assertThat(fixture.texts("select to_regclass('cdr_p20261115')")).containsOnlyNulls();
      assertThat(
              fixture.texts(
                  "select rows || ' ' || export_uri || ' ' || export_sha256 from sluice.expired_partition where done_at is not null order by id"))
          .startsWith("5 file:/exports/cdr_p20261115 ab");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void leavesAlone_whatSomebodyPutInItsPlace(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      threeOldDays(fixture);
      Connection reader = reader(fixture, "cdr");
      run(fixture, twoDays());
      end(reader);
      fixture.sql(
          "alter table cdr detach partition cdr_p20261115 finalize",
          "alter table cdr_p20261115 rename to mine",
          "create table cdr_p20261115 (a int)");
      RunResult result = done(fixture, twoDays());
      assertThat(result.notes()).anyMatch(n -> n.contains("left alone"));
      assertThat(fixture.number("select count(*) from mine")).isEqualTo(5);
      assertThat(fixture.number("select count(*) from cdr_p20261115")).isZero();
      assertThat(open(fixture)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void keepsRestoredPartitions_whileTheyAreHeld(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      fixture.sql(CDR);
      day(fixture, "2020-01-01", 5);
      fixture.sql(
          """
          insert into sluice.expired_partition (task, database, schema_name, parent_name, partition_schema,
            partition_name, oid, lower_bound, upper_bound, action, bytes, decided_at, done_at, restored_at, hold_until)
          values ('rotate', 'warehouse', 'public', 'cdr', 'public', 'cdr_p20200101', 1, 'x', 'y', 'drop', 0,
            '2026-01-01', '2026-01-01', '2026-11-19', '2026-11-25')""");
      done(fixture, SpecBuilder.of("public.cdr").keepDays(30));
      assertThat(fixture.partitions("cdr"))
          .containsExactly("cdr_p20200101", "cdr_p20261120", "cdr_p20261121", "cdr_p20261122");
      fixture.clock.set(java.time.Instant.parse("2026-11-26T00:00:00Z"));
      done(fixture, SpecBuilder.of("public.cdr").keepDays(30));
      assertThat(fixture.partitions("cdr")).doesNotContain("cdr_p20200101");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void saysAllMissingRightsAtOnce_overAllTablesAndSteps(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      threeOldDays(fixture);
      String role = "poor_" + major + fixture.database.name();
      fixture.sql(
          "create role " + role + " login password 'secret'",
          "create role shop_" + role,
          "revoke create on schema public from public",
          "create schema shop authorization shop_" + role,
          "create table shop.template (like cdr)",
          "create table shop.sales (like cdr) partition by range (at)",
          "create table shop.sales_p20261101 partition of shop.sales for values from ('2026-11-01') to ('2026-11-02')",
          "alter table shop.sales enable row level security",
          "alter table shop.sales force row level security",
          "alter table shop.sales owner to shop_" + role,
          "alter table shop.template owner to shop_" + role);
      fixture.as(role);
      SpecBuilder spec =
          SpecBuilder.of("public.cdr", "shop.sales")
              .keepDays(2)
              .expired(new Expired.Archive("cold", true));
      spec.template =
          new PartitionSpec.Template(
              Optional.of("shop.template"), Optional.empty(), Map.of(), true);
      List<String> problems = run(fixture, spec).problems();
      assertThat(problems)
          .allMatch(p -> p.startsWith("role " + role + " ") && p.contains(". Run: "))
          .anyMatch(p -> p.contains("must own table shop.sales, which belongs to shop_" + role))
          .anyMatch(p -> p.endsWith("alter table shop.sales_p20261101 owner to " + role))
          .anyMatch(p -> p.endsWith("alter table public.cdr owner to " + role))
          .anyMatch(p -> p.endsWith("grant create on schema public to " + role))
          .anyMatch(p -> p.endsWith("grant select on shop.template to " + role))
          .anyMatch(p -> p.contains("grant create on database "));
      for (String problem : problems) {
        fixture.sql(problem.substring(problem.indexOf(". Run: ") + ". Run: ".length()));
      }
      done(fixture, spec);
      assertThat(fixture.partitions("shop.sales")).doesNotContain("sales_p20261101");
      assertThat(fixture.texts("select count(*) from cold.sales_p20261101")).containsExactly("0");
    }
  }

  /** Several tables may be archived at once, by one run or two. */
  @ParameterizedTest
  @MethodSource(VERSIONS)
  void archives_whileSomebodyMakesTheSchema(int major) throws Exception {
    try (TaskFixture fixture = RotationFixture.of(major);
        Connection other = fixture.dataSource.getConnection()) {
      threeOldDays(fixture);
      other.setAutoCommit(false);
      Sql.execute(other, "create schema cold");
      CompletableFuture<RunResult> run =
          CompletableFuture.supplyAsync(
              () -> run(fixture, twoDays().expired(new Expired.Archive("cold", true))));
      Awaitility.await()
          .until(
              () ->
                  fixture.number(
                          "select count(*) from pg_locks where locktype = 'transactionid' and not granted")
                      > 0);
      other.commit();
      assertThat(run.get(20, TimeUnit.SECONDS).problems()).isEmpty();
      assertThat(fixture.texts("select count(*) from cold.cdr_p20261115")).containsExactly("5");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void leavesPartitionAttached_whenItIsAnothersAndCouldNotBeDropped(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      threeOldDays(fixture);
      String role = "poor_" + major + fixture.database.name();
      fixture.sql(
          "create role " + role + " login password 'secret'",
          "grant create on schema public to " + role,
          "alter table cdr owner to " + role);
      List<String> before = fixture.partitions("cdr");
      fixture.as(role);
      assertThat(run(fixture, twoDays()).problems())
          .isNotEmpty()
          .allMatch(p -> p.contains(". Run: alter table public.cdr_p202611"));
      assertThat(fixture.partitions("cdr")).containsAll(before);
    }
  }
}
