package io.sluice.pgtask.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.task.RestoreSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Exports to a directory and brings back. */
class RestoreTest {

  private static final String VERSIONS = "io.sluice.testkit.EmbeddedDatabase#versions";

  @TempDir Path dir;

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void bringsBackEveryValue_whenPartitionWasDropped(int major) throws Exception {
    try (ExportFixture fixture = new ExportFixture(major)) {
      Tables.everyType(fixture);
      List<String> before = fixture.rows(ExportFixture.PARENT);
      Tables.detach(fixture);
      Exported exported = fixture.export(dir.toUri());
      assertThat(exported.rows()).isEqualTo(Tables.EVERY_TYPE_ROWS);
      fixture.sql("drop table billing.cdr_p20260801");
      RunResult result = fixture.restore(ExportFixture.back());
      assertThat(result.problems()).isEmpty();
      assertThat(result.values()).containsEntry("rowsRestored", (long) Tables.EVERY_TYPE_ROWS);
      assertThat(fixture.rows(ExportFixture.PARENT)).isEqualTo(before);
      assertThat(fixture.text(Tables.BOUNDS))
          .isEqualTo("FOR VALUES FROM ('2026-08-01 00:00:00+00') TO ('2026-08-02 00:00:00+00')");
      assertThat(fixture.text(Tables.INDEXES)).doesNotContain("sluice").contains("cdr_p20260801");
      assertThat(fixture.text("select count(*) from pg_constraint where conname ~ 'sluice'"))
          .isEqualTo("0");
      assertThat(
              fixture.text(
                  "select hold_until = timestamptz '2026-11-27 12:00Z' and restored_at is not null"
                      + " and oid = 'billing.cdr_p20260801'::regclass from"
                      + " sluice.expired_partition"))
          .isEqualTo("t");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void makesTableOfItsOwn_whenToldTo(int major) throws Exception {
    try (ExportFixture fixture = new ExportFixture(major)) {
      Tables.everyType(fixture);
      Tables.detach(fixture);
      List<String> before = fixture.rows(ExportFixture.PARTITION);
      Exported exported = fixture.export(dir.toUri());
      RunResult result = fixture.restore(ExportFixture.as(exported.manifest(), "billing.again"));
      assertThat(result.problems()).isEmpty();
      assertThat(fixture.rows(new TableName("billing", "again"))).isEqualTo(before);
      assertThat(fixture.restore(ExportFixture.as(exported.manifest(), "billing.again")).problems())
          .singleElement()
          .asString()
          .contains("billing.again already exists");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void dropsNoTable_thatOnlyHasTheNameOfAnInterruptedRestore(int major) throws Exception {
    try (ExportFixture fixture = new ExportFixture(major)) {
      Tables.small(fixture);
      Tables.detach(fixture);
      Exported exported = fixture.export(dir.toUri());
      fixture.sql("create table billing.again__sluice_restore as select 1 as precious");
      assertThat(fixture.restore(ExportFixture.as(exported.manifest(), "billing.again")).problems())
          .isNotEmpty();
      assertThat(fixture.text("select precious from billing.again__sluice_restore")).isEqualTo("1");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void bringsBackRowsOfSubpartitions_asOnePartition(int major) throws Exception {
    try (ExportFixture fixture = new ExportFixture(major)) {
      Tables.subpartitioned(fixture);
      List<String> before = fixture.rows(ExportFixture.PARENT);
      Tables.detach(fixture);
      Exported exported = fixture.export(dir.toUri());
      fixture.sql("drop table billing.cdr_p20260801");
      assertThat(fixture.restore(ExportFixture.from(exported.manifest())).problems()).isEmpty();
      assertThat(fixture.rows(ExportFixture.PARENT)).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void givesGainedColumnsTheirDefault_andNamesWhatDoesNotFit(int major) throws Exception {
    try (ExportFixture fixture = new ExportFixture(major)) {
      Tables.small(fixture);
      Tables.detach(fixture);
      Exported exported = fixture.export(dir.toUri());
      fixture.sql("drop table billing.cdr_p20260801", "alter table billing.cdr add plan text");
      fixture.sql("alter table billing.cdr add paid boolean not null default true");
      assertThat(fixture.restore(ExportFixture.back()).problems()).isEmpty();
      assertThat(fixture.rows(ExportFixture.PARENT))
          .allMatch(row -> row.endsWith(",,t)"))
          .hasSize(3);
      Tables.detach(fixture);
      fixture.sql(
          "drop table billing.cdr_p20260801",
          "alter table billing.cdr drop note, alter amount type text, add must int not null");
      assertThat(fixture.restore(ExportFixture.from(exported.manifest())).problems())
          .singleElement()
          .asString()
          .isEqualTo(
              "billing.cdr_p20260801 no longer fits billing.cdr: column note is gone, column"
                  + " amount was numeric and is text now, column must is new and NOT NULL without a"
                  + " default; restore it as a standalone table with --as schema.table");
      assertThat(fixture.restore(ExportFixture.as(exported.manifest(), "billing.again")).problems())
          .isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void refuses_whenRangeIsTakenOrNameIs(int major) throws Exception {
    try (ExportFixture fixture = new ExportFixture(major)) {
      Tables.small(fixture);
      Tables.detach(fixture);
      Exported exported = fixture.export(dir.toUri());
      assertThat(fixture.restore(ExportFixture.back()).problems())
          .singleElement()
          .asString()
          .contains("a table billing.cdr_p20260801 already exists");
      fixture.sql(
          "drop table billing.cdr_p20260801",
          "create table billing.wide partition of billing.cdr for values from ('2026-07-30') to ('2026-08-03')");
      assertThat(fixture.dryRun(ExportFixture.back()))
          .singleElement()
          .asString()
          .contains("overlaps billing.wide ['2026-07-30 00:00:00+00', '2026-08-03 00:00:00+00')");
      RestoreSpec detached =
          new RestoreSpec(
              Optional.of(exported.manifest()),
              Optional.empty(),
              Optional.empty(),
              false,
              Duration.ofDays(1));
      assertThat(fixture.restore(detached).problems()).isEmpty();
      assertThat(fixture.rows(ExportFixture.PARTITION)).hasSize(3);
      assertThat(fixture.rows(ExportFixture.PARENT)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void attachesWithoutReadingTheDefaultPartitionUnderLock_whenThereIsOne(int major)
      throws Exception {
    try (ExportFixture fixture = new ExportFixture(major)) {
      Tables.small(fixture);
      fixture.sql("create table billing.cdr_rest partition of billing.cdr default");
      fixture.sql("insert into billing.cdr values ('2030-01-01', 9, 'far', 1)");
      Tables.detach(fixture);
      fixture.export(dir.toUri());
      fixture.sql("drop table billing.cdr_p20260801");
      List<String> shown = fixture.dryRun(ExportFixture.back());
      assertThat(shown).anyMatch(sql -> sql.contains("validate constraint"));
      assertThat(fixture.text("select count(*) from pg_class where relname ~ '__sluice'"))
          .isEqualTo("0");
      assertThat(fixture.restore(ExportFixture.back()).problems()).isEmpty();
      assertThat(fixture.rows(ExportFixture.PARENT)).hasSize(4);
      assertThat(fixture.text("select count(*) from pg_constraint where conname ~ 'sluice'"))
          .isEqualTo("0");
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void exportsAgainCleanly_whenAnExportIsThere(int major) throws Exception {
    try (ExportFixture fixture = new ExportFixture(major)) {
      Tables.small(fixture);
      Tables.detach(fixture);
      fixture.work(
          fixture.subject(), new PartitionExport(new ExportLocations(fixture.s3), 1), dir.toUri());
      fixture.sql("delete from billing.cdr_p20260801 where id = 2");
      Exported exported = fixture.export(dir.toUri());
      assertThat(exported.rows()).isEqualTo(2);
      try (Stream<Path> files = Files.walk(dir).filter(Files::isRegularFile)) {
        assertThat(files.map(path -> path.getFileName().toString()))
            .containsExactlyInAnyOrder(
                "cdr_p20260801-%d.json".formatted(fixture.subject().oid()),
                "cdr_p20260801-%d.0001.gz".formatted(fixture.subject().oid()));
      }
      fixture.sql("drop table billing.cdr_p20260801");
      assertThat(fixture.restore(ExportFixture.back()).values()).containsEntry("rowsRestored", 2L);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void joinsParts_whenExportHasSeveral(int major) throws Exception {
    try (ExportFixture fixture = new ExportFixture(major)) {
      Tables.small(fixture);
      Tables.detach(fixture);
      fixture.export(new PartitionExport(new ExportLocations(fixture.s3), 1), dir.toUri());
      List<String> before = fixture.rows(ExportFixture.PARTITION);
      fixture.sql("drop table billing.cdr_p20260801");
      assertThat(fixture.restore(ExportFixture.back()).problems()).isEmpty();
      assertThat(fixture.rows(ExportFixture.PARENT)).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void saysWhatIsWrongWithFiles_inOneSentence(int major) throws Exception {
    try (ExportFixture fixture = new ExportFixture(major)) {
      Tables.small(fixture);
      Tables.detach(fixture);
      Exported exported = fixture.export(dir.toUri());
      fixture.sql("drop table billing.cdr_p20260801");
      Path manifest = Path.of(exported.manifest());
      Path part = part(manifest);
      byte[] good = Files.readAllBytes(part);
      Files.write(part, java.util.Arrays.copyOf(good, good.length - 4));
      assertThat(problem(fixture, ExportFixture.back()))
          .contains("was truncated or replaced: it has");
      byte[] flipped = good.clone();
      flipped[good.length / 2] ^= 1;
      Files.write(part, flipped);
      assertThat(problem(fixture, ExportFixture.back()))
          .contains("was damaged or replaced: its SHA-256 is");
      assertThat(fixture.text("select count(*) from pg_class where relname = 'cdr_p20260801'"))
          .isEqualTo("0");
      Files.write(part, new byte[good.length]);
      assertThat(problem(fixture, ExportFixture.back())).contains("was damaged or replaced");
      Files.delete(part);
      assertThat(problem(fixture, ExportFixture.back())).startsWith("there is no file file:");
      Files.write(part, good);
      foreignFiles(fixture, manifest, part);
    }
  }

  private void foreignFiles(ExportFixture fixture, Path manifest, Path part)
      throws IOException, SQLException {
    assertThat(problem(fixture, ExportFixture.from(part.toUri())))
        .contains("is not an export manifest, or was damaged");
    Path other = Files.writeString(dir.resolve("other.json"), "{\"name\": 1}");
    assertThat(problem(fixture, ExportFixture.from(other.toUri())))
        .endsWith("is JSON, but not an export manifest of Sluice");
    Files.writeString(other, "{\"sluiceExport\": 1, \"format\": \"" + Manifest.FORMAT + "\"}");
    assertThat(problem(fixture, ExportFixture.from(other.toUri())))
        .contains("was damaged: it lacks schema");
    assertThat(problem(fixture, ExportFixture.from(dir.resolve("none.json").toUri())))
        .startsWith("there is no file");
    assertThat(problem(fixture, ExportFixture.from(URI.create("none.json"))))
        .contains("is not a location");
    Files.writeString(manifest, " ", StandardOpenOption.APPEND);
    assertThat(problem(fixture, ExportFixture.back())).contains("sluice.expired_partition says");
    assertThat(
            problem(
                fixture,
                new RestoreSpec(
                    Optional.empty(),
                    Optional.of("billing.nothing"),
                    Optional.empty(),
                    true,
                    Duration.ofDays(1))))
        .contains("no export of billing.nothing is known");
  }

  @ParameterizedTest
  @MethodSource(VERSIONS)
  void refusesStatementsInBounds_whenManifestIsForged(int major) throws Exception {
    try (ExportFixture fixture = new ExportFixture(major)) {
      Tables.small(fixture);
      Tables.detach(fixture);
      Exported exported = fixture.export(dir.toUri());
      fixture.sql("drop table billing.cdr_p20260801");
      Path forged = Path.of(exported.manifest()).resolveSibling("forged.json");
      String text = Files.readString(Path.of(exported.manifest()));
      Files.writeString(
          forged, text.replace(ExportFixture.UPPER, "'2026-08-02'); drop schema billing; --"));
      assertThat(problem(fixture, ExportFixture.from(forged.toUri()))).contains("do not fit");
      Files.writeString(forged, text.replace("\"numeric\"", "\"int); drop schema billing; --\""));
      assertThat(problem(fixture, ExportFixture.as(forged.toUri(), "billing.again")))
          .contains("types that this database does not have");
    }
  }

  private static String problem(ExportFixture fixture, RestoreSpec spec) {
    RunResult result = fixture.restore(spec);
    assertThat(result.problems()).as("%s", result).hasSize(1);
    String said = result.problems().get(0);
    assertThat(said).doesNotContain("Exception").doesNotContain("SQLSTATE");
    int failed = said.indexOf(" failed: ");
    return failed < 0 ? said : said.substring(failed + " failed: ".length());
  }

  private static Path part(Path manifest) throws IOException {
    try (Stream<Path> files = Files.list(manifest.getParent())) {
      return files.filter(path -> path.toString().endsWith(".0001.gz")).findFirst().orElseThrow();
    }
  }
}
