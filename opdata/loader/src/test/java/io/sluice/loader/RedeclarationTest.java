package io.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.catalog.ColumnKey;
import io.sluice.core.catalog.Target;
import io.sluice.core.catalog.TimePartitions;
import io.sluice.core.catalog.ValueKind;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.PgType;
import io.sluice.core.fate.ParkTarget;
import io.sluice.core.feed.FeedTarget.Mode;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.work.StageProtocol;
import io.sluice.loader.PmContent.Row;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A feed is changed while its tables hold rows. */
class RedeclarationTest {

  @TempDir Path directory;
  private TestLine line;
  private StageProtocol loader;

  @BeforeEach
  void start() throws Exception {
    line = new TestLine(directory, "{table: \"pm.{measInfoId}\"}");
    loader = line.loader();
  }

  @AfterEach
  void stop() {
    line.close();
  }

  private void declare(String target) {
    line.feed = TestLine.feed("{table: \"pm.{measInfoId}\", " + target + "}");
  }

  private long load(String path, int version, Row... rows) {
    long file = line.file(path, version, List.of(rows));
    line.load(loader);
    return file;
  }

  private List<String> stored() {
    return line.texts("select object || ': ' || pma from pm.nrcelldu_v order by object, pma");
  }

  private List<String> bounds(String table) {
    return line.texts(
        """
        select replace(pg_get_expr(c.relpartbound, c.oid), 'FOR VALUES ', '') from pg_inherits i
        join pg_class c on c.oid = i.inhrelid where i.inhparent = '%s'::regclass order by 1
        """
            .formatted(table));
  }

  @Test
  void appendsRowsOfAKeyThatIsThere_whenMergeBecomesAppend() {
    declare("mode: merge");
    load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0));
    declare("mode: append");
    long second = load("/pm/b.xml", 0, Row.of("c1", "pmA", 2.0));
    line.loadUntilDone(loader);

    assertThat(stored()).containsExactly("c1: 1", "c1: 2");
    assertThat(line.counts(second)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
    assertThat(line.texts("select mode from sluice.target")).containsExactly("append");
    line.exact();
  }

  @Test
  void leavesAUniqueIndexOfTheUsers_whenMergeBecomesAppend() {
    declare("mode: merge, partition: {by: none}");
    load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0));
    line.sql("create unique index mine on pm.nrcelldu (_file, end_time)");
    declare("mode: append, partition: {by: none}");
    load("/pm/b.xml", 0, Row.of("c1", "pmA", 2.0));
    line.loadUntilDone(loader);

    assertThat(
            line.texts(
                "select indexrelid::regclass::text from pg_index where indrelid = 'pm.nrcelldu'::regclass and indisunique"))
        .containsExactly("pm.mine");
  }

  @Test
  void mergesIntoAppendedRows_alsoWhereTheTargetIsCut() {
    Map<String, Double> cells = new LinkedHashMap<>();
    IntStream.range(0, 1967).forEach(i -> cells.put("pmCounter" + i, 1.0));
    load("/pm/a.xml", 0, new Row(TestLine.END, "gNB-1", "c1", cells));
    declare("mode: merge");
    load("/pm/b.xml", 5, Row.of("c1", "pmCounter0", 2.0));
    line.loadUntilDone(loader);

    assertThat(line.texts("select pmcounter0 || ' ' || pmcounter1500 from pm.nrcelldu_v"))
        .containsExactly("2 1");
    line.exact();
  }

  @Test
  void parksWithTheQueryThatFindsThem_whenKeysDoubleInWhatIsToMerge() {
    load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0));
    load("/pm/b.xml", 0, Row.of("c1", "pmA", 2.0));
    declare("mode: merge");
    long third = load("/pm/c.xml", 5, Row.of("c1", "pmA", 3.0));

    String work = line.work(third);
    assertThat(work)
        .startsWith(
            "handle parked double_keys: pm.yaml:7:42: feed pm: target.mode is merge, but pm.nrcelldu");
    String query = work.replaceFirst("(?s).*find them with: (select .*?);.*", "$1");
    assertThat(line.texts(query)).hasSize(1);
    assertThat(stored()).containsExactly("c1: 1", "c1: 2");

    line.sql(
        "delete from pm.nrcelldu where pma = 1",
        "update sluice.work set state = 'waiting' where state = 'parked'");
    line.loadUntilDone(loader);
    assertThat(stored()).containsExactly("c1: 3");
  }

  @Test
  void loadsWhatWasHandledBefore_asTheFeedSaysNow() {
    load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0));
    long before = line.file("/pm/b.xml", 1, List.of(Row.of("c1", "pmA", 2.0)));
    List<WorkMessage> appended = line.handleAll();
    declare("mode: merge");
    load("/pm/c.xml", 2, Row.of("c1", "pmA", 3.0));
    appended.forEach(message -> loader.work(message, false));
    assertThat(line.work(before)).startsWith("handle waiting registry_changed: ");
    line.loadUntilDone(loader);

    assertThat(stored()).containsExactly("c1: 3");
    assertThat(line.counts(before)).isEqualTo("loaded: 0+0+1+0+0+0=1, exact");
    line.exact();
  }

  private Target csv(String columns, String target) {
    return csv("UTC", columns, target);
  }

  private Target csv(String zone, String columns, String target) {
    line.feed =
        TestLine.parse(
            """
            feed: pm
            zone: %s
            source:
              directory: {path: "/pm/*.csv"}
            format: {csv: {columns: {%s}}}
            target: {table: pm.rows, %s}
            """
                .formatted(zone, columns, target));
    Target rows = line.catalog.target(line.feed, "");
    line.catalog.columns(
        line.feed,
        rows,
        Stream.of(columns.split(", "))
            .map(c -> c.split(": "))
            .map(c -> new ColumnKey(c[0], ValueKind.VALUE, PgType.ofSql(c[1]).orElseThrow()))
            .toList());
    return rows;
  }

  /** A row of two numbers, by whatever the feed says they are. */
  private long row(String path, int version, Target target, long a, long b) {
    boolean merges = line.feed.target().mode() == Mode.MERGE;
    List<Column> columns =
        Stream.of("a", "b", "_file", "_version").map(c -> new Column(c, PgType.INT8)).toList();
    RawContent content =
        new RawContent(
            target,
            columns,
            merges ? line.feed.target().key().stream().map("ab"::indexOf).toList() : List.of(),
            1,
            (rows, file) -> {
              rows.row(4);
              rows.putLong(a);
              rows.putLong(b);
              rows.putLong(file.id());
              rows.putLong(file.version());
            });
    long file = line.found(path, version, content);
    line.load(loader);
    return file;
  }

  @Test
  void tellsRowsApartByMore_whenTheKeyGrows() {
    String columns = "a: bigint, b: bigint";
    Target rows = csv(columns, "mode: merge, key: [a], partition: {by: none}");
    row("/pm/a.csv", 0, rows, 1, 1);
    rows = csv(columns, "mode: merge, key: [a, b], partition: {by: none}");
    row("/pm/b.csv", 1, rows, 1, 2);
    line.loadUntilDone(loader);
    assertThat(line.texts("select a || ' ' || b from pm.rows order by 1"))
        .containsExactly("1 1", "1 2");

    rows = csv(columns, "mode: merge, key: [a], partition: {by: none}");
    long third = row("/pm/c.csv", 2, rows, 1, 3);
    assertThat(line.work(third))
        .startsWith("handle parked double_keys: ")
        .contains("group by \"a\"");
  }

  @ParameterizedTest
  @CsvSource({"day, week, 3", "week, day, 1", "month, day, 1", "hour, day, 5", "day, month, 3"})
  void fillsWhatPartitionsOfAnotherWidthLeave(String before, String after, int partitions) {
    declare("partition: {by: " + before + "}");
    load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0));
    declare("partition: {by: " + after + "}");
    load(
        "/pm/b.xml",
        0,
        Row.of("c1", "pmA", 2.0).at(Instant.parse("2026-11-20T09:15:00Z")),
        Row.of("c1", "pmA", 3.0).at(Instant.parse("2026-11-18T10:15:00Z")),
        Row.of("c1", "pmA", 4.0).at(Instant.parse("2026-11-20T10:30:00Z")),
        Row.of("c1", "pmA", 5.0).at(Instant.parse("2026-11-21T10:15:00Z")));
    line.loadUntilDone(loader);

    assertThat(stored()).containsExactly("c1: 1", "c1: 2", "c1: 3", "c1: 4", "c1: 5");
    assertThat(bounds("pm.nrcelldu")).hasSize(partitions);
    line.exact();
  }

  @Test
  void cutsTheWeek_whereDaysAreAlready() {
    declare("partition: {by: day}");
    load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0));
    declare("partition: {by: week}");
    load("/pm/b.xml", 0, Row.of("c1", "pmA", 2.0));
    line.loadUntilDone(loader);

    assertThat(bounds("pm.nrcelldu"))
        .containsExactly(
            "FROM ('2026-11-16 00:00:00+00') TO ('2026-11-20 00:00:00+00')",
            "FROM ('2026-11-20 00:00:00+00') TO ('2026-11-21 00:00:00+00')",
            "FROM ('2026-11-21 00:00:00+00') TO ('2026-11-23 00:00:00+00')");
    assertThat(
            line.texts(
                "select inhrelid::regclass::text from pg_inherits where inhparent = 'pm.nrcelldu'::regclass order by 1"))
        .containsExactly(
            "pm.nrcelldu_p20261116", "pm.nrcelldu_p20261116_2", "pm.nrcelldu_p20261120");
  }

  @Test
  void goesOnWithDaysOfAnotherZone() {
    load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0));
    line.feed = TestLine.feed("{table: \"pm.{measInfoId}\"}", "Asia/Kolkata");
    load(
        "/pm/b.xml",
        0,
        Row.of("c1", "pmA", 2.0).at(Instant.parse("2026-11-19T19:00:00Z")),
        Row.of("c1", "pmA", 3.0).at(Instant.parse("2026-11-20T18:00:00Z")),
        Row.of("c1", "pmA", 4.0).at(Instant.parse("2026-11-20T19:00:00Z")));
    line.loadUntilDone(loader);

    assertThat(stored()).containsExactly("c1: 1", "c1: 2", "c1: 3", "c1: 4");
    line.exact();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "layout: tall | pm.yaml:7:44: feed pm: target.layout is tall, but pm.nrcelldu has layout wide and holds rows",
        "partition: {by: none} | pm.yaml:7:52: feed pm: target.partition.by is none, but pm.nrcelldu is partitioned by time and holds rows",
      })
  void refusesWhatRowsThatAreThereCannotBecome(String change, String sentence) {
    load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0));
    declare(change);

    assertThatThrownBy(() -> line.catalog.target(line.feed, line.group))
        .isInstanceOfSatisfying(
            ParkTarget.class, e -> assertThat(e.reason()).isEqualTo("target_changed"))
        .hasMessageStartingWith(sentence)
        .hasMessageContaining("name another table in target.table");
  }

  @Test
  void refusesAnotherTimeOfPartitions_butNotWithoutThem() {
    String columns = "a: timestamptz, b: timestamptz";
    Target rows = csv(columns, "time: a, partition: {by: day}");
    time("/pm/a.csv", rows, "a", "2026-11-20T10:00:00");
    assertThatThrownBy(() -> csv(columns, "time: b, partition: {by: day}"))
        .isInstanceOf(ParkTarget.class)
        .hasMessageStartingWith(
            "pm.yaml:6:32: feed pm: target.time is b, but pm.rows is partitioned by a and holds rows");
    assertThatThrownBy(() -> csv(columns, "time: b, partition: {by: none}"))
        .hasMessageContaining("target.partition.by is none");
    assertThat(csv(columns, "time: a, partition: {by: week}")).isEqualTo(rows);
  }

  @Test
  void takesTheNewDeclarationWholly_whenTheTableHoldsNoRow() {
    load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0));
    line.sql("delete from pm.nrcelldu");
    declare("partition: {by: none}, mode: merge");
    long second = load("/pm/b.xml", 0, Row.of("c1", "pmA", 2.0));
    line.loadUntilDone(loader);

    assertThat(line.text("select relkind::text from pg_class where oid = 'pm.nrcelldu'::regclass"))
        .isEqualTo("r");
    assertThat(stored()).containsExactly("c1: 2");
    assertThat(line.counts(second)).isEqualTo("loaded: 1+0+0+0+0+0=1, exact");
  }

  @Test
  void leavesTheRowsWhereTheyAre_andCorrectsThem_whenTheTableIsAnother() {
    load("/pm/a.xml", 0, Row.of("c1", "pmA", 1.0));
    load("/pm/b.xml", 0, Row.of("c2", "pmA", 2.0));
    line.feed = TestLine.feed("{table: \"pm.other\"}");
    load("/pm/a.xml", 5, Row.of("c1", "pmA", 10.0));

    assertThat(stored()).containsExactly("c2: 2");
    assertThat(line.texts("select pma from pm.other")).containsExactly("10");
    line.exact();
  }

  /** Rows at times of a column of type timestamp, timestamptz or date. */
  private long time(String path, Target target, String column, String... times) {
    PgType type =
        line.catalog.allColumns(target).stream()
            .filter(c -> c.column().equals(column))
            .findFirst()
            .orElseThrow()
            .type();
    List<LocalDateTime> local = Stream.of(times).map(LocalDateTime::parse).toList();
    TimePartitions partitions =
        new TimePartitions(line.feed.target().partition(), line.feed.zone());
    List<Column> columns =
        List.of(
            new Column(column, type),
            new Column("_file", PgType.INT8),
            new Column("_version", PgType.INT8));
    RawContent content =
        new RawContent(
            target,
            columns,
            List.of(),
            times.length,
            (rows, file) ->
                local.forEach(
                    t -> {
                      rows.row(3);
                      if (type == PgType.DATE) {
                        rows.putDate((int) t.toLocalDate().toEpochDay());
                      } else {
                        rows.putTimestamp(TestLine.micros(t.toInstant(ZoneOffset.UTC)));
                      }
                      rows.putLong(file.id());
                      rows.putLong(file.version());
                    }),
            List.of(TestLine.END, TestLine.END),
            local.stream()
                .map(
                    t ->
                        type == PgType.DATE
                            ? partitions.startOf(
                                t.toLocalDate().atStartOfDay(line.feed.zone()).toInstant())
                            : partitions.startOf(t))
                .map(TestLine::micros)
                .distinct()
                .toList());
    long file = line.found(path, 0, content);
    line.load(loader);
    return file;
  }

  @ParameterizedTest
  @CsvSource({
    "timestamp, hour, Europe/Berlin",
    "timestamp, day, Europe/Berlin",
    "timestamp, hour, Australia/Lord_Howe",
    "timestamp, day, America/Havana",
    "date, hour, Europe/Berlin",
    "date, day, America/Havana",
  })
  void hasAPartitionForEveryTimeOfAClock_whereClocksChange(String type, String by, String zone) {
    Target rows =
        csv(zone, "t: " + type, "time: t, partition: {by: " + by + ", ahead: 1d, keep: 366d}");
    String[] times =
        Stream.of(
                "2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01")
            .flatMap(
                day -> IntStream.range(0, 16).mapToObj(q -> day + "T0" + q / 4 + ":" + q % 4 * 15))
            .map(time -> time.endsWith(":0") ? time + "0" : time)
            .toArray(String[]::new);
    long file = time("/pm/a.csv", rows, "t", times);
    line.loadUntilDone(loader);

    assertThat(line.counts(file)).isEqualTo("loaded: 96+0+0+0+0+0=96, exact");
    assertThat(line.number("select count(*) from pm.rows")).isEqualTo(96);
    line.exact();
  }
}
