package io.sluice.pgtask.partition;

import static io.sluice.pgtask.partition.RotationFixture.done;
import static io.sluice.pgtask.partition.RotationFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.task.Interval.Unit;
import io.sluice.pgtask.task.TextTime;
import io.sluice.pgtask.task.TimeEncoding;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rotation of columns that hold times in UUIDs of version 7 or as text. */
class TimeFormatTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  private static SpecBuilder uuids() {
    SpecBuilder spec = SpecBuilder.of("public.e").keepDays(3);
    spec.encoding = Optional.of(new TimeEncoding.Uuid7());
    return spec;
  }

  private static SpecBuilder texts(String table, String pattern) {
    SpecBuilder spec = SpecBuilder.of(table);
    spec.encoding = Optional.of(new TextTime(pattern));
    return spec;
  }

  /** A UUID of a time and version. */
  private static String uuid(String time, int version) {
    return "(lpad(to_hex((extract(epoch from timestamptz '%s') * 1000)::int8), 12, '0') || '%d' || left(md5(random()::text), 3) || '8' || left(md5(random()::text), 15))::uuid"
        .formatted(time, version);
  }

  private static String bounds(TaskFixture fixture, String partition) throws SQLException {
    return fixture
        .texts(
            "select pg_get_expr(relpartbound, oid) from pg_class where relname = '%s'"
                .formatted(partition))
        .get(0);
  }

  private static void events(TaskFixture fixture, String... more) throws SQLException {
    fixture.sql("create table e (id uuid primary key, note text) partition by range (id)");
    fixture.sql(more);
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void rotatesUuidsByTheirTime(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      events(fixture);
      done(fixture, uuids());
      assertThat(fixture.partitions("e"))
          .containsExactly("e_p20261120", "e_p20261121", "e_p20261122");
      assertThat(bounds(fixture, "e_p20261120"))
          .isEqualTo(
              "FOR VALUES FROM ('01a1f640-bc00-0000-0000-000000000000') TO ('01a1fb67-1800-0000-0000-000000000000')");
      fixture.sql(
          "insert into e values (%s), (%s)"
              .formatted(uuid("2026-11-20 00:00Z", 7), uuid("2026-11-20 23:59:59.999Z", 7)));
      assertThat(fixture.number("select count(*) from e_p20261120")).isEqualTo(2);
      fixture.clock.advance(Duration.ofDays(4));
      SpecBuilder adopted = uuids();
      adopted.by = Optional.empty();
      done(fixture, adopted);
      assertThat(fixture.partitions("e"))
          .containsExactly(
              "e_p20261121",
              "e_p20261122",
              "e_p20261123",
              "e_p20261124",
              "e_p20261125",
              "e_p20261126");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void drainsADefaultPartitionOfUuids_andOthersThanVersion7DecideNothing(int major)
      throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      events(
          fixture,
          "create table rest partition of e default",
          "insert into e select %s from generate_series(1, 5)"
              .formatted(uuid("2026-11-18 09:00Z", 7)),
          "insert into e select %s from generate_series(1, 5)"
              .formatted(uuid("2026-11-20 09:00Z", 7)),
          "insert into e values ('f47ac10b-58cc-4372-a567-0e02b2c3d479')",
          "insert into e values (%s)".formatted(uuid("2026-11-17 13:00Z", 4)));
      RunResult result = done(fixture, uuids());
      assertThat(fixture.partitions("e"))
          .containsExactly("e_p20261118", "e_p20261120", "e_p20261121", "e_p20261122", "rest");
      assertThat(fixture.number("select count(*) from e_p20261118")).isEqualTo(5);
      assertThat(fixture.number("select count(*) from e_p20261120")).isEqualTo(5);
      assertThat(result.notes())
          .anyMatch(
              note ->
                  note.contains("2 rows in the default partition of public.e")
                      && note.contains("\"id\" that is no UUID of version 7"));
      fixture.sql("insert into e values (%s)".formatted(uuid("2026-11-23 13:00Z", 4)));
      fixture.clock.advance(Duration.ofDays(1));
      RunResult hindered = run(fixture, uuids());
      assertThat(hindered.problems())
          .singleElement()
          .asString()
          .contains("3 rows", "1 of them lie in 1 missing partitions", "correct, move or delete");
      assertThat(fixture.partitions("e")).doesNotContain("e_p20261123").contains("e_p20261119");
      assertThat(fixture.number("select count(*) from e")).isEqualTo(13);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void rotatesTextByTheTimeItSays_inTheZoneOfTheTask(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      fixture.sql(
          "create table d (day text primary key) partition by range (day)",
          "create table d_old partition of d for values from ('2026-11-01') to ('2026-11-02')",
          "create table d_rest partition of d default",
          "insert into d values ('2026-11-19'), ('2026-11-21'), ('n/a'), ('unknown')",
          "create table h (hour varchar(10) not null) partition by range (hour)");
      SpecBuilder days = texts("public.d", "yyyy-MM-dd").keepDays(5);
      RunResult result =
          fixture.run(TaskFixture.task("days", days.build(), ZoneId.of("Asia/Shanghai")));
      assertThat(result.problems()).isEmpty();
      assertThat(result.notes()).anyMatch(note -> note.contains("2 rows in the default partition"));
      assertThat(fixture.partitions("d"))
          .startsWith("d_p20261115")
          .contains("d_p20261119", "d_p20261122")
          .doesNotContain("d_old");
      assertThat(bounds(fixture, "d_p20261119"))
          .isEqualTo("FOR VALUES FROM ('2026-11-19') TO ('2026-11-20')");
      assertThat(fixture.texts("select tableoid::regclass || ' ' || day from d order by 1"))
          .containsExactly(
              "d_p20261119 2026-11-19", "d_p20261121 2026-11-21", "d_rest n/a", "d_rest unknown");
      SpecBuilder hours = texts("public.h", "yyyyMMddHH").by(Unit.HOUR).aheadCount(1);
      fixture.run(TaskFixture.task("hours", hours.build(), ZoneId.of("Asia/Kathmandu")));
      assertThat(bounds(fixture, fixture.partitions("h").get(0)))
          .isEqualTo("FOR VALUES FROM ('2026112017') TO ('2026112018')");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void saysWhatIsWrong_whenColumnAndTimeFormatDoNotFit(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      fixture.sql(
          "create table e (id uuid) partition by range (id)",
          "create table t (day text) partition by range (day)",
          "create table other (day text) partition by range (day collate \"POSIX\")",
          "create table form (day text) partition by range (day)",
          "create table form1 partition of form for values from ('20261101') to ('20261201')",
          "create table v4 (id uuid) partition by range (id)",
          "create table v4_1 partition of v4 for values from ('40000000-0000-4000-0000-000000000000') to (maxvalue)");
      assertThat(run(fixture, SpecBuilder.of("public.e", "public.t")).problems())
          .anyMatch(p -> p.contains("public.e is skipped") && p.contains("timeFormat: uuidv7"))
          .anyMatch(p -> p.contains("public.t is skipped") && p.contains("timeFormat: yyyy-MM-dd"));
      assertThat(run(fixture, texts("public.*", "yyyy-MM-dd")).problems())
          .anyMatch(p -> p.contains("public.e is skipped") && p.contains("text and varchar"))
          .anyMatch(p -> p.contains("public.other is skipped") && p.contains("another collation"))
          .anyMatch(p -> p.contains("public.form is skipped") && p.contains("public.form1"))
          .anyMatch(p -> p.contains("public.v4 is skipped") && p.contains("40000000-0000-4000"));
      assertThat(run(fixture, texts("public.t", "yyyyMM")).problems())
          .singleElement()
          .asString()
          .contains("public.t is skipped", "timeFormat: yyyyMM cannot say", "by day");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void refusesText_whenItsCollationSortsDigitsInAnotherOrder(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      boolean rules =
          major >= 16
              && fixture.number("select count(*) from pg_collation where collprovider = 'i'") > 0;
      Assumptions.assumeTrue(rules, "collations with rules");
      fixture.sql(
          "create collation odd (provider = icu, locale = 'und', rules = '&9 < 2')",
          "create table t (day text collate odd) partition by range (day)");
      assertThat(run(fixture, texts("public.t", "yyyyMMdd")).problems())
          .singleElement()
          .asString()
          .contains("under collation public.odd", "00000000", "\"C\"");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void takesTextUnderEveryCollationThatSortsDigits(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      List<String> collations =
          fixture.texts(
              "select quote_ident(collname) from pg_collation where collname in ('C', 'POSIX', 'ucs_basic', 'en-x-icu', 'de-DE-x-icu', 'default') and collencoding in (-1, 6) order by 1");
      assertThat(collations).contains("\"C\"");
      for (String collation : collations) {
        fixture.sql(
            "drop table if exists t",
            "create table t (at text collate %s) partition by range (at)".formatted(collation));
        done(fixture, texts("public.t", "yyyy-MM-dd'T'HH:mm").by(Unit.DAY));
        assertThat(bounds(fixture, "t_p20261121"))
            .as(collation)
            .contains("('2026-11-21T00:00') TO ('2026-11-22T00:00')");
      }
    }
  }
}
