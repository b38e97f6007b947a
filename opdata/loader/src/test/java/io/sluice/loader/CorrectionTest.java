package io.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.catalog.ColumnKey;
import io.sluice.core.catalog.Target;
import io.sluice.core.catalog.TimePartitions;
import io.sluice.core.catalog.ValueKind;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.core.work.StageProtocol;
import io.sluice.loader.PmContent.Row;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A correction or a replay replaces the rows of the file, and never doubles one. */
class CorrectionTest {

  private static final String ROWS = "select count(*) || ' ' || coalesce(sum(v), 0) from pm.rows";

  @TempDir Path directory;
  private TestLine line;
  private Target target;
  private PgType timeType;

  @AfterEach
  void stop() {
    line.close();
  }

  private void open(String type, String zone, String sessionZone) throws Exception {
    line = new TestLine(directory, "{table: pm.rows}", sessionZone);
    line.feed =
        TestLine.parse(
            """
            feed: pm
            zone: %s
            source:
              directory: {path: "/pm/*.csv"}
            format: {csv: {columns: {t: %s, v: bigint}}}
            target: {table: pm.rows, time: t, partition: {by: day, keep: 90d}}
            """
                .formatted(zone, type));
    timeType = PgType.ofSql(type).orElseThrow();
    target = line.catalog.target(line.feed, "");
    line.catalog.columns(
        line.feed,
        target,
        List.of(
            new ColumnKey("t", ValueKind.VALUE, timeType),
            new ColumnKey("v", ValueKind.VALUE, PgType.INT8)));
  }

  /** Rows at local times of the feed's zone; the ledger gets first and last cut to seconds. */
  private RawContent rows(long value, String... times) {
    List<LocalDateTime> local = List.of(times).stream().map(LocalDateTime::parse).toList();
    List<Instant> instants =
        local.stream()
            .map(t -> timeType == PgType.DATE ? t.truncatedTo(ChronoUnit.DAYS) : t)
            .map(t -> t.atZone(line.feed.zone()).toInstant())
            .sorted()
            .toList();
    TimePartitions partitions =
        new TimePartitions(line.feed.target().partition(), line.feed.zone());
    return new RawContent(
        target,
        List.of(
            new Column("t", timeType),
            new Column("v", PgType.INT8),
            new Column("_file", PgType.INT8),
            new Column("_version", PgType.INT8)),
        List.of(),
        times.length,
        (buffer, file) -> {
          for (LocalDateTime time : local) {
            buffer.row(4);
            time(buffer, time);
            buffer.putLong(value);
            buffer.putLong(file.id());
            buffer.putLong(file.version());
          }
        },
        List.of(
            instants.get(0).truncatedTo(ChronoUnit.SECONDS),
            instants.get(instants.size() - 1).truncatedTo(ChronoUnit.SECONDS)),
        instants.stream().map(partitions::startOf).map(TestLine::micros).distinct().toList());
  }

  private void time(CopyBuffer buffer, LocalDateTime time) {
    switch (timeType) {
      case DATE -> buffer.putDate((int) time.toLocalDate().toEpochDay());
      case TIMESTAMP ->
          buffer.putTimestamp(TestLine.micros(time.toInstant(java.time.ZoneOffset.UTC)));
      default -> buffer.putTimestamp(TestLine.micros(time.atZone(line.feed.zone()).toInstant()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "timestamptz, UTC, UTC",
    "timestamptz, Asia/Kolkata, America/St_Johns",
    "timestamp, UTC, UTC",
    "timestamp, Asia/Kolkata, America/St_Johns",
    "timestamp, America/Los_Angeles, Pacific/Kiritimati",
    "date, UTC, UTC",
    "date, Asia/Kolkata, America/St_Johns",
    "date, America/Los_Angeles, Pacific/Kiritimati",
  })
  void replacesEveryRow_whateverItsTime(String type, String zone, String session) throws Exception {
    open(type, zone, session);
    StageProtocol loader = line.loader();
    String[] times = {
      "2026-11-18T00:00:00", "2026-11-18T10:15:00.25", "2026-11-19T23:59:59.999999",
    };
    long file = line.found("/pm/a.csv", 0, rows(1, times));
    line.load(loader);
    assertThat(line.text(ROWS)).isEqualTo("3 3");

    line.replay(file);
    line.now(file, rows(10, times));
    line.load(loader);
    assertThat(line.text(ROWS)).isEqualTo("3 30");

    long corrected = line.found("/pm/a.csv", 5, rows(100, times));
    line.load(loader);
    assertThat(line.text(ROWS)).isEqualTo("3 300");
    assertThat(line.counts(file)).isEqualTo("replaced: 0+0+3+0+0+0=3, exact");
    assertThat(line.counts(corrected)).isEqualTo("loaded: 3+0+0+0+0+0=3, exact");
    line.exact();
  }

  @Test
  void marksTheBucketsThatLostRows_inTheFeedsZone() throws Exception {
    open("timestamp", "Asia/Kolkata", "America/St_Johns");
    StageProtocol loader = line.loader();
    long file = line.found("/pm/a.csv", 0, rows(1, "2026-11-18T10:15:00"));
    line.load(loader);
    line.sql("delete from sluice.mark");
    line.replay(file);
    line.load(loader);

    assertThat(line.texts("select to_char(bucket at time zone 'UTC', 'HH24:MI') from sluice.mark"))
        .containsExactly("04:00"); // 10:15 in Kolkata is 04:45 UTC
  }

  @Test
  void looksEverywhere_whenTheRowsAreNotBetweenTheFilesTimes() throws Exception {
    open("timestamptz", "UTC", "UTC");
    StageProtocol loader = line.loader();
    long file = line.found("/pm/a.csv", 0, rows(1, "2026-11-18T10:00:00", "2026-11-19T10:00:00"));
    line.load(loader);
    line.sql("update sluice.file set last_time = first_time");
    line.replay(file);
    line.load(loader);

    assertThat(line.text(ROWS)).isEqualTo("2 2");
    line.exact();
  }

  @Test
  void failsAndDoublesNothing_whileADetachedPartitionHoldsTheRows() throws Exception {
    open("timestamptz", "UTC", "UTC");
    StageProtocol loader = line.loader();
    long file = line.found("/pm/a.csv", 0, rows(1, "2026-11-18T10:00:00", "2026-11-19T10:00:00"));
    line.load(loader);
    line.sql("alter table pm.rows detach partition pm.rows_p20261118");
    line.replay(file);

    assertThat(line.handleAll()).isEmpty();
    assertThat(line.work(file))
        .startsWith("handle waiting RowsRemain: of /pm/a.csv (file " + file)
        .contains("2 rows were loaded and 1 could be deleted, but pm.rows_p20261118 holds 1 more");
    assertThat(line.text(ROWS)).isEqualTo("1 1");

    line.sql(
        "alter table pm.rows attach partition pm.rows_p20261118"
            + " for values from ('2026-11-18 00:00Z') to ('2026-11-19 00:00Z')");
    line.loadUntilDone(loader);
    assertThat(line.text(ROWS)).isEqualTo("2 2");
    line.exact();
  }

  @Test
  void goesOn_whenSomebodyHasDeletedRowsOrDroppedAPartition() throws Exception {
    open("timestamptz", "UTC", "UTC");
    StageProtocol loader = line.loader();
    String[] times = {"2026-11-18T10:00:00", "2026-11-19T10:00:00", "2026-11-19T11:00:00"};
    long file = line.found("/pm/a.csv", 0, rows(1, times));
    line.load(loader);
    line.sql(
        "drop table pm.rows_p20261118", "delete from pm.rows where t = '2026-11-19 10:00:00Z'");
    line.replay(file);
    line.load(loader);

    assertThat(line.text(ROWS)).isEqualTo("3 3");
    line.exact();
  }

  @Test
  void failsAndDoublesNothing_whenATriggerKeepsTheRows() throws Exception {
    open("timestamptz", "UTC", "UTC");
    StageProtocol loader = line.loader();
    long file = line.found("/pm/a.csv", 0, rows(1, "2026-11-18T10:00:00"));
    line.load(loader);
    line.sql(
        "create function public.keep() returns trigger language plpgsql as $$ begin return null; end $$",
        "create trigger keep before delete on pm.rows for each row execute function public.keep()");
    line.replay(file);

    assertThat(line.handleAll()).isEmpty();
    assertThat(line.work(file)).startsWith("handle waiting RowsRemain: ");
    assertThat(line.text(ROWS)).isEqualTo("1 1");
  }

  @Test
  void replacesTheRowsOfAllTables_whenATargetIsCut() throws Exception {
    line = new TestLine(directory, "{table: \"pm.{measInfoId}\"}");
    StageProtocol loader = line.loader();
    Map<String, Double> cells = new LinkedHashMap<>();
    for (int i = 0; i < 1967; i++) {
      cells.put("pmCounter" + i, (double) i);
    }
    long file =
        line.file(
            "/pm/a.xml", 0, List.of(new Row(TestLine.END.plusMillis(250), "gNB-1", "c1", cells)));
    line.load(loader);
    assertThat(line.number("select rows from sluice.file")).isEqualTo(3);
    line.replay(file);
    line.load(loader);

    for (String table : line.texts("select table_name from sluice.target_table where made")) {
      assertThat(line.number("select count(*) from pm." + table)).isEqualTo(1);
    }
    line.exact();
  }
}
