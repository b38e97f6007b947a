package io.sluice.pgtask;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.staging.StagingSettings;
import io.sluice.pgtask.catalog.TableLock;
import io.sluice.pgtask.catalog.TableLock.Mode;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.copyswap.AbandonmentTest;
import io.sluice.pgtask.copyswap.Conversion;
import io.sluice.pgtask.copyswap.Drain;
import io.sluice.pgtask.copyswap.Unpartitioning;
import io.sluice.pgtask.declaration.Declaration;
import io.sluice.pgtask.declaration.TaskFile;
import io.sluice.pgtask.declaration.TaskParser;
import io.sluice.pgtask.export.ExportLocations;
import io.sluice.pgtask.export.PartitionExport;
import io.sluice.pgtask.export.Restore;
import io.sluice.pgtask.maintenance.Maintenance;
import io.sluice.pgtask.partition.PartitionRotation;
import io.sluice.pgtask.partition.Reattachment;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.task.AbandonSpec;
import io.sluice.pgtask.task.AttachSpec;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.RestoreSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.UnpartitionSpec;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Of every kind of task: what a dry run shows is what the run then does, locks included. */
class DryRunTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  /** 13 days before the fixture's now, which cells are referred to by. */
  private static final String[] CDR = {
    "create schema x",
    "create table x.cell (id int primary key)",
    "insert into x.cell select generate_series(1, 10)",
    "create table x.cdr (at timestamptz not null, id int not null, cell int references x.cell, primary key (id, at)) partition by range (at)",
    """
    do $$ declare day date; begin
      for day in select generate_series(date '2026-11-08', date '2026-11-20', '1 day') loop
        execute format('create table x.cdr_p%s partition of x.cdr for values from (%L) to (%L)',
                       to_char(day, 'YYYYMMDD'), day || ' 00:00+00', day + 1 || ' 00:00+00');
      end loop;
    end $$
    """,
    "insert into x.cdr select timestamptz '2026-11-08 00:00+00' + i * interval '1 hour', i, 1 + i % 10 from generate_series(0, 300) i"
  };

  @TempDir Path dir;

  private TaskFixture fixture(int major, String... sql) throws SQLException {
    TaskFixture fixture = new TaskFixture(major);
    ExportLocations places = new ExportLocations(StagingSettings.S3.DEFAULTS);
    fixture
        .with(
            PartitionSpec.class,
            new PartitionRotation(
                fixture.ledger,
                connection -> fixture.clock.instant(),
                new Drain(),
                Optional.of(new PartitionExport(places)),
                feed -> false))
        .with(ConvertSpec.class, new Conversion())
        .with(UnpartitionSpec.class, new Unpartitioning())
        .with(MaintenanceSpec.class, new Maintenance())
        .with(RestoreSpec.class, new Restore(places, fixture.ledger))
        .with(AttachSpec.class, new Reattachment(fixture.ledger));
    fixture.sql(sql);
    return fixture;
  }

  private static Task task(String yaml) {
    TaskFile file = TaskParser.parse("t.yaml", "task: t\n" + yaml);
    assertThat(file.problems()).isEmpty();
    return ((Declaration.OfTask) file.declared().orElseThrow()).task();
  }

  /** Descriptions of the steps made, each of which did what the dry run had shown. */
  private static List<String> check(TaskFixture fixture, Task task) throws SQLException {
    Set<String> there = Set.copyOf(fixture.texts("select oid::regclass::text from pg_class"));
    List<StepWatch.Made> shown = new ArrayList<>();
    RunResult dry =
        fixture.runner.dryRun(
            task,
            (step, locks) ->
                shown.add(new StepWatch.Made(step.description(), step.sql(), map(locks))));
    assertThat(dry.problems()).isEmpty();
    int before = fixture.watch.made().size();
    assertThat(fixture.run(task).problems()).isEmpty();
    List<StepWatch.Made> made = fixture.watch.made().subList(before, fixture.watch.made().size());
    assertThat(made.stream().map(StepWatch.Made::description).toList())
        .isEqualTo(shown.stream().map(StepWatch.Made::description).toList());
    for (int n = 0; n < made.size(); n++) {
      StepWatch.Made one = made.get(n);
      assertThat(one.sql()).as(one.description()).isEqualTo(shown.get(n).sql());
      Map<TableName, Mode> listed = shown.get(n).locks();
      one.locks()
          .forEach(
              (table, mode) -> {
                if (there.contains(table.toString())) {
                  assertThat(listed.get(table))
                      .as("%s in the dry run of %s", table, one.description())
                      .isNotNull()
                      .isGreaterThanOrEqualTo(mode);
                }
              });
    }
    return made.stream().map(StepWatch.Made::description).toList();
  }

  private static Map<TableName, Mode> map(List<TableLock> locks) {
    return locks.stream()
        .collect(
            Collectors.toMap(TableLock::table, TableLock::mode, (one, other) -> one, TreeMap::new));
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void ofARotation_whoseTableHasAForeignKey(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major, CDR)) {
      List<String> made =
          check(
              fixture,
              task("partition: {tables: [x.cdr], by: day, keep: 9d, ahead: 2, analyze: 0s}"));
      assertThat(made)
          .anyMatch(step -> step.startsWith("create partition x.cdr_p20261121"))
          .anyMatch(step -> step.startsWith("detach x.cdr_p20261110 from x.cdr concurrently"))
          .anyMatch(step -> step.startsWith("drop x.cdr_p20261110"));
      assertThat(fixture.partitions("x.cdr")).doesNotContain("cdr_p20261110");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void ofARotation_thatDrainsItsDefaultPartition_andArchives(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major, CDR)) {
      fixture.sql(
          "create table x.cdr_rest partition of x.cdr default",
          "insert into x.cdr values ('2026-11-21 10:00Z', 1, 1)",
          "create view x.late as select * from x.cdr_rest");
      List<String> made =
          check(
              fixture,
              task(
                  "partition: {tables: [x.cdr], by: day, keep: 9d, ahead: 3, expired: archive, archive: cold, indexes: false, analyze: 0s}"));
      assertThat(made)
          .anyMatch(step -> step.startsWith("create partition x.cdr_p20261122"))
          .anyMatch(step -> step.contains("under a short ACCESS EXCLUSIVE lock"))
          .anyMatch(step -> step.startsWith("move x.cdr_p20261110 to schema cold"))
          .anyMatch(step -> step.startsWith("Move rows from the default partition x.cdr_rest"));
      assertThat(fixture.number("select count(*) from x.cdr_p20261121")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void ofAnExport_andOfItsRestore(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major, CDR)) {
      check(
          fixture,
          task(
              "partition: {tables: [x.cdr], by: day, keep: 9d, export: \"%s\", analyze: 0s}"
                  .formatted(dir.toUri())));
      assertThat(fixture.partitions("x.cdr")).doesNotContain("cdr_p20261110");
      RestoreSpec restore =
          new RestoreSpec(
              Optional.empty(),
              Optional.of("x.cdr_p20261110"),
              Optional.empty(),
              true,
              Duration.ofDays(7));
      check(fixture, TaskFixture.task("restore", restore));
      assertThat(fixture.number("select count(*) from x.cdr_p20261110")).isEqualTo(24);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void ofAPartitionThatIsAttachedAgain(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major, CDR)) {
      check(
          fixture,
          task("partition: {tables: [x.cdr], by: day, keep: 9d, expired: keep, analyze: 0s}"));
      AttachSpec attach = new AttachSpec("x.cdr_p20261110", Duration.ofDays(7));
      check(fixture, TaskFixture.task("attach", attach));
      assertThat(fixture.partitions("x.cdr")).contains("cdr_p20261110");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void ofAConversion(int major) throws SQLException {
    try (TaskFixture fixture =
        fixture(
            major,
            "create schema x",
            "create table x.t (id bigint generated always as identity, at date not null, who text, primary key (id, at))",
            "create index on x.t (who)",
            "create view x.v as select * from x.t",
            "insert into x.t (at, who) select date '2026-11-01' + i % 30, 'w' from generate_series(1, 1000) i")) {
      for (String dropOld : List.of("false", "true")) {
        fixture.sql("create table if not exists x.t2 (like x.t including all)");
        String table = dropOld.equals("true") ? "x.t2" : "x.t";
        check(
            fixture,
            task(
                "convert: {table: %s, column: at, by: week, default: true, dropOld: %s, accept: [plain-table-sql, wider-keys]}"
                    .formatted(table, dropOld)));
        assertThat(fixture.partitions(table)).isNotEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void ofUnpartitioning(int major) throws SQLException {
    try (TaskFixture fixture = fixture(major, CDR)) {
      fixture.sql("alter table x.cdr drop constraint cdr_cell_fkey");
      List<String> made = check(fixture, task("unpartition: {table: x.cdr, dropOld: true}"));
      assertThat(made).anyMatch(step -> step.startsWith("Drop the partitions of the old table"));
      assertThat(fixture.number("select count(*) from x.cdr")).isEqualTo(301);
      assertThat(fixture.partitions("x.cdr")).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void ofMaintenance(int major) throws SQLException {
    try (TaskFixture fixture =
        fixture(
            major,
            "create schema x",
            "create table x.t (id int primary key, who text, pad text) with (autovacuum_enabled = false)",
            "create index t_who on x.t (who)",
            "insert into x.t select i, 'w' || i % 97, repeat('x', 100) from generate_series(1, 20000) i",
            "delete from x.t where id % 10 <> 0")) {
      assertThat(check(fixture, task("maintenance: {tables: [x.t], analyze: {}}"))).hasSize(1);
      assertThat(
              check(
                  fixture,
                  task("maintenance: {tables: [x.t], reindex: {bloat: 10%, minSize: 8KB}}")))
          .hasSize(2)
          .allMatch(step -> step.startsWith("Rebuild index"));
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void ofAConversionThatIsAbandoned(int major) throws SQLException {
    try (TaskFixture fixture = AbandonmentTest.killed(major, Long.MAX_VALUE)) {
      AbandonSpec abandon = new AbandonSpec(List.of("app.t"), Optional.empty());
      check(fixture, TaskFixture.task("convert", abandon));
      assertThat(fixture.number("select count(*) from app.t")).isEqualTo(5000);
    }
  }
}
