package io.sluice.pgtask.partition;

import static io.sluice.pgtask.partition.RotationFixture.CDR;
import static io.sluice.pgtask.partition.RotationFixture.day;
import static io.sluice.pgtask.partition.RotationFixture.done;
import static io.sluice.pgtask.partition.RotationFixture.end;
import static io.sluice.pgtask.partition.RotationFixture.reader;
import static io.sluice.pgtask.partition.RotationFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.RunResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is destructive is decided again right before it is done. */
class CorrectedKeepTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";
  private static final URI EXPORTS = URI.create("file:///exports/");

  private static SpecBuilder keep(int days) {
    return SpecBuilder.of("public.cdr").keepDays(days);
  }

  /** As a run leaves it that was killed between detach and drop. */
  private static void detached(TaskFixture fixture, String day) throws SQLException {
    day(fixture, day, 5);
    String name = "cdr_p" + day.replace("-", "");
    fixture.sql(
        """
        insert into sluice.expired_partition (task, database, schema_name, parent_name, partition_schema,
          partition_name, oid, lower_bound, upper_bound, action, bytes, decided_at)
        select 'rotate', 'warehouse', 'public', 'cdr', 'public', '%1$s', '%1$s'::regclass::oid,
          '''%2$s 00:00:00+00''', quote_literal((date '%2$s' + 1) || ' 00:00:00+00'), 'drop', 0, '2026-11-20'
        """
            .formatted(name, day),
        "alter table cdr detach partition " + name);
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void keepsDetachedPartition_whenTheCorrectedKeepWouldKeepIt(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      fixture.sql(CDR);
      detached(fixture, "2026-11-01");
      detached(fixture, "2026-11-15");
      RunResult result = run(fixture, keep(10));
      assertThat(fixture.texts("select to_regclass('cdr_p20261101')")).containsOnlyNulls();
      assertThat(fixture.number("select count(*) from cdr_p20261115")).isEqualTo(5);
      assertThat(result.problems())
          .singleElement()
          .asString()
          .contains("sluice partition attach public.cdr_p20261115");
      done(fixture, keep(2));
      assertThat(fixture.texts("select to_regclass('cdr_p20261115')")).containsOnlyNulls();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void keepsPendingPartition_whenNothingExpiresAnyMore(int major) throws SQLException {
    try (TaskFixture fixture = RotationFixture.of(major)) {
      fixture.sql(CDR);
      day(fixture, "2026-11-15", 5);
      Connection reader = reader(fixture, "cdr");
      run(fixture, keep(2));
      end(reader);
      RunResult result = run(fixture, SpecBuilder.of("public.cdr"));
      assertThat(fixture.number("select count(*) from cdr_p20261115")).isEqualTo(5);
      assertThat(result.problems())
          .singleElement()
          .asString()
          .contains("sluice partition attach public.cdr_p20261115");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void showsAllRows_andTriesNoOtherExport_whenOneFails(int major) throws SQLException {
    List<String> tried = new ArrayList<>();
    BeforeDrop exporter =
        (work, partition, oid, parent, lower, upper, to) -> {
          tried.add(partition.name());
          throw new UncheckedIOException(new IOException("disk full"));
        };
    try (TaskFixture fixture = RotationFixture.of(major, exporter)) {
      fixture.sql(CDR);
      day(fixture, "2026-11-14", 5);
      day(fixture, "2026-11-15", 5);
      day(fixture, "2026-11-16", 5);
      RunResult result = run(fixture, keep(2).export(EXPORTS));
      assertThat(result.problems()).singleElement().asString().contains("disk full");
      assertThat(result.notes()).anyMatch(note -> note.contains("2 partitions"));
      assertThat(tried).containsExactly("cdr_p20261114");
      assertThat(fixture.number("select count(*) from cdr")).isEqualTo(15);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void exportsAgain_whatWasWrittenAfterTheExport(int major) throws SQLException {
    List<Long> saved = new ArrayList<>();
    AtomicReference<TaskFixture> others = new AtomicReference<>();
    BeforeDrop exporter =
        (work, partition, oid, parent, lower, upper, to) -> {
          String count = "select count(*) from " + partition.sql();
          long rows = work.read(connection -> Sql.number(connection, count));
          if (saved.isEmpty()) {
            others.get().sql("update " + partition.sql() + " set note = 'late' where id = 1");
          }
          saved.add(rows);
          return new BeforeDrop.Saved(rows, to.resolve(partition.name()), "ab");
        };
    try (TaskFixture fixture = RotationFixture.of(major, exporter)) {
      others.set(fixture);
      fixture.sql(CDR);
      day(fixture, "2026-11-14", 5);
      day(fixture, "2026-11-15", 5);
      done(fixture, keep(2).export(EXPORTS));
      assertThat(saved).containsExactly(5L, 5L, 5L);
      assertThat(fixture.texts("select to_regclass('cdr_p20261114')")).containsOnlyNulls();
    }
  }
}
