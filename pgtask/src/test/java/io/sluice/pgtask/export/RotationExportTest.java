package io.sluice.pgtask.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.staging.StagingSettings;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.copyswap.Drain;
import io.sluice.pgtask.partition.PartitionRotation;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.task.Interval;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.RestoreSpec;
import io.sluice.pgtask.task.Task;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The way of a partition: rotated out, restored, held, rotated out again. */
class RotationExportTest {

  private static final String EXPIRED = "cdr_p20261101";

  @TempDir Path dir;

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void staysForTheHold_whenExpiredPartitionIsRestored(int major) throws Exception {
    try (TaskFixture fixture = new TaskFixture(major)) {
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
          .with(RestoreSpec.class, new Restore(places, fixture.ledger));
      fixture.sql(
          "create schema billing",
          "create table billing.cdr (at timestamptz not null, id int, primary key (at, id)) partition by range (at)",
          "create table billing.cdr_p20261101 partition of billing.cdr for values from ('2026-11-01') to ('2026-11-02')",
          "insert into billing.cdr select timestamptz '2026-11-01 00:00Z' + i * interval '1 minute', i from generate_series(1, 1000) i");
      Task rotate = TaskFixture.task("rotate", rotation(dir.toUri()));
      Task restore = TaskFixture.task("restore", restore());

      RunResult out = fixture.run(rotate);
      assertThat(out.problems()).isEmpty();
      assertThat(out.values()).containsEntry("rowsExported", 1000L);
      assertThat(fixture.partitions("billing.cdr")).doesNotContain(EXPIRED);

      assertThat(fixture.run(restore).problems()).isEmpty();
      assertThat(fixture.number("select count(*) from billing.cdr where at < '2026-11-02'"))
          .isEqualTo(1000);
      assertThat(fixture.run(rotate).problems()).isEmpty();
      assertThat(fixture.partitions("billing.cdr")).contains(EXPIRED);

      fixture.clock.advance(Duration.ofDays(8));
      assertThat(fixture.run(rotate).problems()).isEmpty();
      assertThat(fixture.partitions("billing.cdr")).doesNotContain(EXPIRED);
      assertThat(manifests()).isEqualTo(2);
      assertThat(fixture.run(restore).problems()).isEmpty();
      assertThat(fixture.number("select count(*) from billing.cdr where at < '2026-11-02'"))
          .isEqualTo(1000);
    }
  }

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void keepsPartition_whenItCannotBeWritten(int major) throws Exception {
    try (TaskFixture fixture = new TaskFixture(major)) {
      Path file = Files.writeString(dir.resolve("file"), "in the way");
      ExportLocations places = new ExportLocations(StagingSettings.S3.DEFAULTS);
      fixture.with(
          PartitionSpec.class,
          new PartitionRotation(
              fixture.ledger,
              connection -> fixture.clock.instant(),
              new Drain(),
              Optional.of(new PartitionExport(places)),
              feed -> false));
      fixture.sql(
          "create schema billing",
          "create table billing.cdr (at timestamptz not null, id int) partition by range (at)",
          "create table billing.cdr_p20261101 partition of billing.cdr for values from ('2026-11-01') to ('2026-11-02')",
          "insert into billing.cdr values ('2026-11-01 01:00Z', 1)");
      RunResult result =
          fixture.run(TaskFixture.task("rotate", rotation(URI.create(file.toUri() + "/below"))));
      assertThat(result.problems())
          .singleElement()
          .asString()
          .contains("export billing.cdr_p20261101")
          .contains("cannot be opened");
      assertThat(fixture.number("select count(*) from billing.cdr_p20261101")).isEqualTo(1);
      assertThat(fixture.run(TaskFixture.task("rotate", rotation(dir.toUri()))).problems())
          .isEmpty();
      assertThat(manifests()).isEqualTo(1);
      assertThat(fixture.number("select count(*) from pg_class where relname = '" + EXPIRED + "'"))
          .isZero();
    }
  }

  private long manifests() throws Exception {
    try (Stream<Path> files = Files.walk(dir)) {
      return files.filter(path -> path.toString().endsWith(".json")).count();
    }
  }

  private static RestoreSpec restore() {
    return new RestoreSpec(
        Optional.empty(),
        Optional.of("billing." + EXPIRED),
        Optional.empty(),
        true,
        RestoreSpec.DEFAULT_HOLD);
  }

  private static PartitionSpec rotation(URI to) {
    return new PartitionSpec(
        List.of("billing.cdr"),
        List.of(),
        Optional.empty(),
        Optional.of(new Interval.Calendar(Interval.Unit.DAY)),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.of(1),
        Optional.of(Duration.ofDays(10)),
        OptionalLong.empty(),
        OptionalLong.empty(),
        new PartitionSpec.Expired.Drop(),
        Optional.of(new PartitionSpec.Export(to)),
        new PartitionSpec.DefaultPartition(true, 1000),
        false,
        Optional.empty(),
        new PartitionSpec.Template(Optional.empty(), Optional.empty(), Map.of(), true),
        false,
        Optional.empty(),
        Duration.ZERO,
        400,
        0.5,
        false);
  }
}
