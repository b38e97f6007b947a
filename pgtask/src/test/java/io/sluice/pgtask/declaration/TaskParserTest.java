package io.sluice.pgtask.declaration;

import static java.time.DayOfWeek.FRIDAY;
import static java.time.DayOfWeek.MONDAY;
import static java.time.DayOfWeek.SATURDAY;
import static java.time.DayOfWeek.SUNDAY;
import static java.time.DayOfWeek.THURSDAY;
import static java.time.DayOfWeek.TUESDAY;
import static java.time.DayOfWeek.WEDNESDAY;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.yaml.Secret;
import io.sluice.pgtask.task.Consequence;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.Epoch;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.Interval.Unit;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.PartitionSpec.DefaultPartition;
import io.sluice.pgtask.task.PartitionSpec.Expired;
import io.sluice.pgtask.task.PartitionSpec.Export;
import io.sluice.pgtask.task.PartitionSpec.Sub;
import io.sluice.pgtask.task.PartitionSpec.Template;
import io.sluice.pgtask.task.ScheduleText;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskDescription;
import io.sluice.pgtask.task.TaskSchedule;
import io.sluice.pgtask.task.TextTime;
import io.sluice.pgtask.task.TimeEncoding;
import io.sluice.pgtask.task.UnpartitionSpec;
import io.sluice.pgtask.task.Window;
import io.sluice.pgtask.task.WindowText;
import java.net.URI;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TaskParserTest {

  private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");

  private static Declaration declared(String yaml) {
    TaskFile file = TaskParser.parse("t.yaml", yaml);
    assertThat(file.problems()).isEmpty();
    return file.declared().orElseThrow();
  }

  private static Task task(String yaml) {
    return ((Declaration.OfTask) declared(yaml)).task();
  }

  @Test
  void bindsRotation_withEveryDefault() {
    Task task = task("task: rotate\npartition: {tables: [\"billing.*\"]}\n");
    assertThat(task)
        .isEqualTo(
            new Task(
                "rotate",
                "",
                DatabaseSpec.WAREHOUSE,
                ZoneId.of("UTC"),
                Optional.of(new TaskSchedule.Every(Duration.ofMinutes(15))),
                List.of(),
                Limits.DEFAULT,
                new PartitionSpec(
                    List.of("billing.*"),
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalInt.of(4),
                    Optional.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    new Expired.Drop(),
                    Optional.empty(),
                    new DefaultPartition(true, 20_000),
                    true,
                    Optional.empty(),
                    new Template(Optional.empty(), Optional.empty(), Map.of(), true),
                    false,
                    Optional.empty(),
                    Duration.ofDays(1),
                    400,
                    0.5,
                    false)));
  }

  @Test
  void bindsRotation_withEveryOption() {
    Task task =
        task(
            """
            task: rotate-cdr
            description: Call records
            database: billing
            zone: Asia/Shanghai
            schedule: daily 15:10, 03:10
            window: [Mon-Fri 22:00–04:00, Saturday 01:00-24:00 Europe/Berlin]
            limits: {connections: 3, lockTimeout: 1s, statementTimeout: 1h, attempts: 9, backoff: 1s}
            partition:
              tables: [billing.cdr]
              exclude: ["billing.{tmp,old}_*"]
              by: week
              epoch: milliseconds
              ahead: 30d
              keep: 90d
              keepSize: 500GB
              expired: archive
              archive: cold
              indexes: false
              default: {drain: false, batch: 5}
              gaps: false
              name: "{table}_p{yyyy_MM_dd}"
              template:
                table: billing.cdr_template
                tablespace: fast
                storage: {fillfactor: 90, toast.autovacuum_enabled: false}
                privileges: false
              sub: {range: {column: start_time, by: 6h}}
              analyze: 0s
              most: 50
              mostShare: 12.5%
            """);
    PartitionSpec expected =
        new PartitionSpec(
            List.of("billing.cdr"),
            List.of("billing.{tmp,old}_*"),
            Optional.empty(),
            Optional.of(new Interval.Calendar(Unit.WEEK)),
            Optional.of(Epoch.MILLISECONDS),
            Optional.of(Duration.ofDays(30)),
            OptionalInt.empty(),
            Optional.of(Duration.ofDays(90)),
            OptionalLong.empty(),
            OptionalLong.of(500L << 30),
            new Expired.Archive("cold", false),
            Optional.empty(),
            new DefaultPartition(false, 5),
            false,
            Optional.of("{table}_p{yyyy_MM_dd}"),
            new Template(
                Optional.of("billing.cdr_template"),
                Optional.of("fast"),
                Map.of("fillfactor", "90", "toast.autovacuum_enabled", "false"),
                false),
            false,
            Optional.of(new Sub.Range("start_time", new Interval.Fixed(Duration.ofHours(6)))),
            Duration.ZERO,
            50,
            0.125,
            false);
    assertThat(task.spec()).isEqualTo(expected);
    assertThat(task.database()).isEqualTo("billing");
    assertThat(task.description()).isEqualTo("Call records");
    assertThat(task.schedule())
        .contains(
            new TaskSchedule.Daily(List.of(LocalTime.of(3, 10), LocalTime.of(15, 10)), SHANGHAI));
    assertThat(task.windows())
        .containsExactly(
            new Window(
                Set.of(MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY),
                LocalTime.of(22, 0),
                LocalTime.of(4, 0),
                SHANGHAI),
            new Window(
                Set.of(SATURDAY),
                LocalTime.of(1, 0),
                LocalTime.MIDNIGHT,
                ZoneId.of("Europe/Berlin")));
    assertThat(task.limits())
        .isEqualTo(
            new Limits(3, Duration.ofSeconds(1), Duration.ofHours(1), 9, Duration.ofSeconds(1)));
  }

  @Test
  void bindsRotation_ofIdsWithExport() {
    PartitionSpec spec =
        (PartitionSpec)
            task("""
            task: t
            partition:
              tables: [a.b]
              by: 1000000
              ahead: 2
              keep: 50000000
              export: s3://archive/pm
              sub: {list: {column: region, values: {north: [N, NE], rest: [1]}, other: false}}
            """)
                .spec();
    assertThat(spec.by()).contains(new Interval.Ids(1_000_000));
    assertThat(spec.aheadCount()).hasValue(2);
    assertThat(spec.keepIds()).hasValue(50_000_000);
    assertThat(spec.keepTime()).isEmpty();
    assertThat(spec.export()).contains(new Export(URI.create("s3://archive/pm")));
    assertThat(spec.sub())
        .contains(
            new Sub.Lists(
                "region", Map.of("north", List.of("N", "NE"), "rest", List.of("1")), false));
  }

  @Test
  void bindsExpiredKeepAndHash() {
    Task task =
        task(
            """
            task: t
            partition:
              tables: [a.b]
              expired: keep
              keep: forever
              sub: {hash: {column: element, parts: 4}}
            """);
    PartitionSpec spec = (PartitionSpec) task.spec();
    assertThat(spec.expired()).isEqualTo(new Expired.Keep(true));
    assertThat(spec.keepTime()).isEmpty();
    assertThat(TaskDescription.of(task))
        .contains("Nothing expires")
        .noneMatch(description -> description.startsWith("An expired partition"));
    assertThat(spec.sub()).contains(new Sub.Hash("element", 4));
  }

  @Test
  void bindsHowAColumnHoldsTimes() {
    Task uuids =
        task("task: r\npartition: {tables: [a.b], by: day, timeFormat: uuidv7, keep: 13 months}\n");
    assertThat(((PartitionSpec) uuids.spec()).encoding()).contains(new TimeEncoding.Uuid7());
    assertThat(TaskDescription.of(uuids))
        .anyMatch(sentence -> sentence.contains("a day in UTC, by the time in UUIDs of version 7"))
        .anyMatch(sentence -> sentence.contains("it ended 13 months ago"));
    Task texts =
        task(
            "task: c\nzone: Asia/Shanghai\nconvert: {table: a.b, column: t, by: day, timeFormat: yyyy.MM.dd}\n");
    assertThat(((ConvertSpec) texts.spec()).encoding()).contains(new TextTime("yyyy.MM.dd"));
    assertThat(TaskDescription.of(texts))
        .anyMatch(
            s -> s.contains("of column t, by the time written as yyyy.MM.dd in Asia/Shanghai"));
  }

  @Test
  void bindsConversion() {
    assertThat(task("task: c\nconvert: {table: a.b, column: t, by: 15m}\n").spec())
        .isEqualTo(
            new ConvertSpec(
                "a.b",
                "t",
                new Interval.Fixed(Duration.ofMinutes(15)),
                Optional.empty(),
                Optional.empty(),
                false,
                2000,
                64L << 20,
                false,
                Set.of(),
                false));
    assertThat(
            task("""
            task: c
            schedule: never
            convert: {table: a.b, column: t, by: 1d, epoch: seconds, name: "{table}_{yyyyMMdd}",
              default: true, most: 10, batch: 1MB, dropOld: true,
              accept: [no-rotation, wider-keys]}
            """)
                .spec())
        .isEqualTo(
            new ConvertSpec(
                "a.b",
                "t",
                new Interval.Calendar(Unit.DAY),
                Optional.of(Epoch.SECONDS),
                Optional.of("{table}_{yyyyMMdd}"),
                true,
                10,
                1L << 20,
                true,
                Set.of(Consequence.NO_ROTATION, Consequence.WIDER_KEYS),
                false));
  }

  @Test
  void bindsUnpartitioning() {
    assertThat(task("task: u\nunpartition: {table: a.b}\n").spec())
        .isEqualTo(new UnpartitionSpec("a.b", 64L << 20, false));
    assertThat(task("task: u\nunpartition: {table: a.b, batch: 1MB, dropOld: true}\n").spec())
        .isEqualTo(new UnpartitionSpec("a.b", 1L << 20, true));
  }

  @Test
  void bindsMaintenance() {
    assertThat(
            task("""
            task: m
            maintenance:
              tables: ["pm.*"]
              exclude: ["pm.tmp_*"]
              space: 2GB
              vacuum: {dead: 12.5%}
              analyze: {}
              reindex: {bloat: 50%}
              reorder: {index: "end_time, element", correlation: 60%}
              rewrite: {bloat: 45%, orderBy: "element, end_time desc", tablespace: fast, minSize: 1GB}
            """)
                .spec())
        .isEqualTo(
            new MaintenanceSpec(
                List.of("pm.*"),
                List.of("pm.tmp_*"),
                Optional.of(new MaintenanceSpec.Vacuum(0.125, 0.8)),
                Optional.of(new MaintenanceSpec.Analyze(0.1)),
                Optional.of(new MaintenanceSpec.Reindex(0.5, 16L << 20)),
                Optional.of(
                    new MaintenanceSpec.Reorder(
                        Optional.of("end_time, element"),
                        OptionalDouble.of(0.3),
                        OptionalDouble.of(0.6),
                        16L << 20,
                        Duration.ofDays(2))),
                Optional.of(
                    new MaintenanceSpec.Rewrite(
                        OptionalDouble.of(0.45),
                        Optional.of("element, end_time desc"),
                        Optional.of("fast"),
                        1L << 30)),
                OptionalLong.of(2L << 30)));
  }

  @Test
  void saysWhatRewritesDo() {
    assertThat(
            TaskDescription.of(
                task(
                    "task: m\nmaintenance: {tables: [a.b], rewrite: {bloat: 40%, tablespace: fast}}\n")))
        .contains(
            "Rewrites a table of 16 MB or more while it is in use, in batches without an order, at 40 % bloat or if not all of it lies in tablespace fast");
    assertThat(TaskDescription.of(task("task: u\nunpartition: {table: a.b}\n")))
        .contains(
            "Makes the partitioned table a.b a plain one online, in database warehouse",
            "The partitioned table stays as a.b_before, and each partition as PARTITION_before");
  }

  @Test
  void bindsDatabase() {
    String yaml =
        """
        database: billing
        url: jdbc:postgresql://pg2:5432/billing?sslmode=verify-full
        user: sluice
        password: ${env:BILLING}
        """;
    assertThat(declared(yaml))
        .isEqualTo(
            new Declaration.OfDatabase(
                new DatabaseSpec(
                    "billing",
                    "jdbc:postgresql://pg2:5432/billing?sslmode=verify-full",
                    "sluice",
                    Secret.parse("${env:BILLING}"),
                    4)));
  }

  @Test
  void readsWindowsAsPeopleWriteThem() {
    assertThat(WindowText.parse("daily 1:00 – 05:00", ZoneOffset.UTC).days()).hasSize(7);
    assertThat(WindowText.parse("sat, SUNDAY 01:00—05:00", ZoneOffset.UTC).days())
        .containsExactlyInAnyOrder(SATURDAY, SUNDAY);
    assertThat(WindowText.parse("Fri-Mon 01:00-05:00", ZoneOffset.UTC).days())
        .containsExactlyInAnyOrder(FRIDAY, SATURDAY, SUNDAY, DayOfWeek.MONDAY);
    String text = "Saturday,Sunday 01:00-05:00 Asia/Shanghai";
    assertThat(WindowText.format(WindowText.parse(text, ZoneOffset.UTC))).isEqualTo(text);
  }

  @Test
  void knowsTheNextRun_ofEachSchedule() {
    Instant now = Instant.parse("2026-11-20T12:00:00Z");
    assertThat(next("every 15m", now)).isEqualTo("2026-11-20T12:15:00Z");
    assertThat(next("daily 03:10, 21:00", now)).isEqualTo("2026-11-20T13:00:00Z");
    assertThat(next("daily 03:10", now)).isEqualTo("2026-11-20T19:10:00Z");
    assertThat(next("cron 0 6 * * 1", now)).isEqualTo("2026-11-22T22:00:00Z");
    assertThat(ScheduleText.parse("never", SHANGHAI)).isEmpty();
  }

  private static String next(String schedule, Instant now) {
    TaskSchedule parsed = ScheduleText.parse(schedule, SHANGHAI).orElseThrow();
    assertThat(ScheduleText.format(Optional.of(parsed))).isEqualTo(schedule);
    return ScheduleText.next(parsed, now).orElseThrow().toString();
  }
}
