package io.sluice.handler.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.chunk.Segment;
import io.sluice.core.feed.Feed;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvHandlingTest {

  @TempDir Path temp;
  private HandleFixture fixture;

  @BeforeEach
  void start() throws IOException {
    fixture = new HandleFixture(temp);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private Feed feed(String format) {
    return fixture.feed(
        """
        feed: sales
        source: {directory: {path: "/in/*.csv"}}
        format: {csv: %s}
        target: {table: csv.sales, mode: append, partition: {by: none}}
        """
            .formatted(format));
  }

  private String counts(long id) {
    return fixture.text(
        "select concat_ws(' ', unit, read, rejected) from sluice.work where file_id = " + id);
  }

  @Test
  void tellsTheLedger_whatItWasUnsureOf() throws IOException {
    long id = fixture.handle(feed("{}"), "/in/a.csv", "north,south\neast,west\nup,down\n");
    assertThat(fixture.text("select notes from sluice.file_status where id = " + id))
        .contains("set header: true or false in format.csv");
  }

  @Test
  void readsTypesOfTheFeed_afterAPreamble() throws IOException {
    Feed feed =
        feed(
            "{dateFormats: ['MM/dd/yyyy'], decimalSeparator: ',', groupSeparator: '.', columns: {day: date,"
                + " n: bigint, x: double precision, e: numeric, took: interval, ok: boolean, note: text}}");
    String text =
        """
        Total 13,675 Records
        day;n;x;e;took;ok;note
        03/14/2021;1.234;-1.000,5;0,10;41:50:16;yes;"a;""b""\nc"
        03/15/2021;x;1;1;0:01;no;
        13/15/2021;1;1;1;0:01;no;
        03/15/2021;1;;;;f;""
        """;
    long id = fixture.handle(feed, "/in/a.csv", text);
    fixture.load(feed);
    assertThat(counts(id)).isEqualTo("row 4 2");
    assertThat(
            fixture.column(
                "select concat_ws('|', day, n, x, e, took, ok, note) from csv.sales order by day"))
        .containsExactly("2021-03-14|1234|-1000.5|0.10|41:50:16|t|a;\"b\"\nc", "2021-03-15|1|f|");
    assertThat(
            fixture.column(
                "select concat_ws('|', line, reason, item, raw) from sluice.reject order by line"))
        .containsExactly(
            "5|bad_value|n|03/15/2021;x;1;1;0:01;no;", "6|bad_value|day|13/15/2021;1;1;1;0:01;no;");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16", "GB18030"})
  void findsTheCharset(String charset) throws IOException {
    Feed feed = feed("{}");
    StringBuilder text = new StringBuilder("name,city\n");
    for (int i = 0; i < 40; i++) {
      text.append("中文名称数据,北京市朝阳区的数据中心\n");
    }
    fixture.handle(feed, "/in/a.csv", text.toString().getBytes(Charset.forName(charset)));
    fixture.load(feed);
    assertThat(fixture.column("select distinct city from csv.sales"))
        .containsExactly("北京市朝阳区的数据中心");
  }

  @Test
  void findsABackslashThatEscapesQuotes() throws IOException {
    Feed feed = feed("{}");
    long id = fixture.handle(feed, "/in/a.csv", "name,v\n\"a \\\"b\\\", c\",1\n\"d\",2\n");
    fixture.load(feed);
    assertThat(counts(id)).isEqualTo("row 2 0");
    assertThat(fixture.column("select name from csv.sales order by v"))
        .containsExactly("a \"b\", c", "d");
  }

  @Test
  void cleansRows_asTheFeedSays() throws IOException {
    Feed feed =
        fixture.feed(
            """
            feed: sales
            source: {directory: {path: "/in/*.csv"}}
            format: {csv: {}}
            clean:
              - drop: ["tmp*"]
              - rename: {a: alpha}
              - default: {b: none}
              - trim: [alpha]
            target: {table: csv.sales, mode: append, partition: {by: none}}
            """);
    fixture.handle(feed, "/in/a.csv", "a,b,tmp1\n\" x \",,9\ny,z,9\n");
    fixture.load(feed);
    assertThat(fixture.column("select concat_ws('|', alpha, b) from csv.sales order by 1"))
        .containsExactly("x|none", "y|z");
    assertThat(fixture.column("select column_name from sluice.counter order by ordinal"))
        .containsExactly("alpha", "b");
  }

  @Test
  void rejectsRowsOutsideTheWindow_andThoseWithoutATime() throws IOException {
    Feed feed =
        fixture.feed(
            """
            feed: sales
            source: {directory: {path: "/in/*.csv"}}
            format: {csv: {columns: {at: timestamptz, k: integer, v: double precision}}}
            target: {table: csv.sales, time: at, key: [at, k], mode: merge, partition: {by: day, keep: 7d}}
            """);
    String text =
        "at,k,v\n2026-03-10T09:00:00Z,1,1\n2097-01-01T00:00:00Z,1,1\n,1,1\n2026-03-10T09:00:00Z,,1\n";
    long id = fixture.handle(feed, "/in/a.csv", text);
    Segment rows =
        fixture.segments(feed).stream().filter(s -> s.tableId() != 0).findFirst().orElseThrow();
    assertThat(rows.keys()).containsExactly(0, 1);
    assertThat(rows.marks()).containsExactly(new long[] {1_773_129_600_000_000L, 0});
    fixture.load(feed);
    assertThat(counts(id)).isEqualTo("row 4 3");
    assertThat(fixture.column("select reason from sluice.reject order by line"))
        .containsExactly("out_of_window", "no_value", "no_value");
  }

  @Test
  void keepsAllButOne_whenOneRowInAMillionIsBad() throws IOException {
    Feed feed = feed("{columns: {a: integer, b: integer}}");
    long id = fixture.handle(feed, "/in/big.csv", "a,b\n1,oops\n" + "1,2\n".repeat(1_000_000));
    assertThat(counts(id)).isEqualTo("row 1000001 1");
    assertThat(fixture.number("select chunks from sluice.batch")).isGreaterThan(1);
    assertThat(
            fixture.segments(feed).stream().mapToLong(s -> s.tableId() == 0 ? 0 : s.rows()).sum())
        .isEqualTo(1_000_000);
  }

  @Test
  void boundsTheRejectsKept_whenAllRowsAreBad() throws IOException {
    Feed feed = feed("{columns: {a: integer}}");
    long id = fixture.handle(feed, "/in/bad.csv", "a\n" + "x\n".repeat(3_000));
    fixture.load(feed);
    assertThat(counts(id)).isEqualTo("row 3000 3000");
    assertThat(fixture.number("select count(*) from sluice.reject")).isEqualTo(1_001);
    assertThat(fixture.number("select sum(cells) from sluice.reject")).isEqualTo(3_000);
  }

  private Feed merging(String format) {
    return fixture.feed(
        """
        feed: sales
        source: {directory: {path: "/in/*.csv"}}
        format: {csv: %s}
        target: {table: csv.sales, time: at, key: [at, k], mode: merge, partition: {by: day}}
        """
            .formatted(format));
  }

  @Test
  void collapsesRowsOfOneKey_whenTheTargetMerges() throws IOException {
    Feed feed = merging("{columns: {at: timestamptz, k: numeric, v: integer}}");
    String text =
        """
        at,k,v
        2026-03-10T09:00:00Z,1.0,1
        2026-03-10T10:00:00+01:00,1.00,2
        2026-03-10T09:00:00Z,2,3
        2026-03-10T09:00:00Z,2,3
        2026-03-10T09:00:00Z,1,x
        """;
    long id = fixture.handle(feed, "/in/a.csv", text);
    fixture.load(feed);
    assertThat(
            fixture.text(
                "select concat_ws(' ', read, collapsed, conflicts, rejected) from sluice.work where file_id = "
                    + id))
        .isEqualTo("5 2 1 1");
    assertThat(fixture.column("select k || ' ' || v from csv.sales order by v"))
        .containsExactly("1.00 2", "2 3");
  }

  @Test
  void collapsesRowsOfOneKey_whenTheyDoNotFitInMemory() throws IOException {
    HandleSettings small = new HandleSettings(temp, 1 << 20, 64 << 10, Duration.ofMillis(1), 1);
    try (HandleFixture little = new HandleFixture(temp.resolve("little"), small)) {
      Feed feed =
          little.feed(
              """
              feed: sales
              source: {directory: {path: "/in/*.csv"}}
              format: {csv: {columns: {k: integer, v: text}}}
              target: {table: csv.sales, key: [k], mode: merge, partition: {by: none}}
              """);
      StringBuilder text = new StringBuilder("k,v\n");
      String wide = "w".repeat(700_000);
      for (int i = 0; i < 30_000; i++) {
        String value = i % 10_000 == 7 ? wide + i : "v" + i;
        text.append(i % 10_000).append(',').append(value).append('\n');
      }
      long id = little.handle(feed, "/in/a.csv", text.toString());
      little.load(feed);
      assertThat(
              little.text(
                  "select concat_ws(' ', read, collapsed, rejected) from sluice.work where file_id = "
                      + id))
          .isEqualTo("30000 20000 0");
      assertThat(little.number("select count(*) from csv.sales")).isEqualTo(10_000);
      assertThat(
              little.number(
                  "select count(*) from csv.sales where v = 'v' || (20000 + k) or length(v) = 700005"))
          .isEqualTo(10_000);
    }
  }

  @Test
  void keepsRowsBeforeABreak_orRejectsTheFile_asTheFeedSays() throws IOException {
    byte[] packed = HandleFixture.gzip("a,b\n1,2\n3,4\n");
    byte[] tail = Arrays.copyOf(packed, packed.length + 4);
    Arrays.fill(tail, packed.length, tail.length, (byte) 'x');
    Feed feed = feed("{columns: {a: integer, b: integer}}");
    long id = fixture.handle(feed, "/in/a.csv.gz", tail);
    fixture.load(feed);
    assertThat(counts(id)).isEqualTo("row 2 0");
    assertThat(fixture.number("select count(*) from csv.sales")).isEqualTo(2);
    assertThat(fixture.text("select reason || ' ' || message from sluice.reject"))
        .startsWith("corrupt_gzip byte " + (packed.length + 1) + ", unpacked byte 12");

    Feed strict = feed("{columns: {a: integer, b: integer}, onTruncated: reject}");
    long second = fixture.handle(strict, "/in/b.csv.gz", tail);
    assertThat(fixture.state(second)).isEqualTo("rejected");
    assertThat(fixture.reason(second)).contains("corrupt_gzip");
  }

  @Test
  void loadsNoHalfRow_whenTheDataBreaksOffInIt() throws IOException {
    Feed feed = feed("{columns: {a: integer, b: integer}}");
    StringBuilder text = new StringBuilder("a,b\n");
    Random random = new Random(3);
    for (int i = 0; i < 3_000; i++) {
      text.append(i).append(',').append(100_000 + random.nextInt(900_000)).append('\n');
    }
    byte[] packed = HandleFixture.gzip(text.toString());
    long id = fixture.handle(feed, "/in/a.csv.gz", Arrays.copyOf(packed, packed.length / 2));
    fixture.load(feed);
    long loaded = fixture.number("select count(*) from csv.sales");
    assertThat(loaded).isBetween(1_000L, 2_000L);
    assertThat(fixture.number("select min(b) from csv.sales")).isGreaterThanOrEqualTo(100_000);
    assertThat(counts(id)).isEqualTo("row " + loaded + " 0");
    assertThat(fixture.text("select reason from sluice.reject")).isEqualTo("truncated");
  }

  @Test
  void rejectsTheFile_whenANameItUsesIsThatOfTwoColumns() throws IOException {
    Feed feed = feed("{columns: {id: integer, value: integer}}");
    long id = fixture.handle(feed, "/in/a.csv", "id;name;value;value\n1;n;2;3\n");
    assertThat(fixture.state(id)).isEqualTo("rejected");
    assertThat(fixture.reason(id)).contains("ambiguous_column", "3 and 4", "from: 3");
    Feed chosen = feed("{columns: {id: integer, value: {type: integer, from: 4}}}");
    fixture.handle(chosen, "/in/b.csv", "id;name;value;value\n1;n;2;3\n");
    Feed exact = feed("{columns: {id: integer, value: integer}}");
    fixture.handle(exact, "/in/c.csv", "id;name;VALUE;value\n1;n;2;4\n");
    fixture.load(exact);
    assertThat(fixture.column("select value from csv.sales order by 1")).containsExactly("3", "4");
    Feed merging = merging("{}");
    long time = fixture.handle(merging, "/in/d.csv", "at,At,k\n2026-03-10,2026-03-10,1\n");
    assertThat(fixture.reason(time)).contains("ambiguous_column", "1 and 2");
  }

  /** At 02:00 clocks went on to 03:00, so that the hour from 01:00 is the last before. */
  @Test
  void asksForThePartitionBefore_whereAClockNeverShowedTheTime() throws IOException {
    Feed feed =
        fixture.feed(
            """
            feed: sales
            zone: Europe/Berlin
            source: {directory: {path: "/in/*.csv"}}
            format: {csv: {header: true, columns: {t: timestamp}}}
            target: {table: csv.sales, time: t, partition: {by: hour, ahead: 30d}}
            """);
    fixture.handle(feed, "/in/a.csv", "t\n2026-03-29T02:30:00.5\n2026-03-29T03:00:00\n");
    assertThat(fixture.segments(feed).get(0).partitions())
        .containsExactly(1_774_742_400_000_000L, 1_774_746_000_000_000L);
  }

  @Test
  void rejectsAFile_thatLacksAColumnOfTheKey() throws IOException {
    Feed feed =
        fixture.feed(
            """
            feed: sales
            source: {directory: {path: "/in/*.csv"}}
            format: {csv: {header: true}}
            target: {table: csv.sales, key: [day, cell], mode: merge, partition: {by: none}}
            """);
    long id = fixture.handle(feed, "/in/a.csv", "day,n\n1,2\n");
    assertThat(fixture.reason(id))
        .startsWith("missing_column: the file has no column 'cell' of target.key; it has ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"by: none", "by: day"})
  void rejectsAFile_thatLacksTheTime(String partition) throws IOException {
    Feed feed =
        fixture.feed(
            """
            feed: sales
            source: {directory: {path: "/in/*.csv"}}
            format: {csv: {header: true}}
            target: {table: csv.sales, time: day, mode: append, partition: {%s}}
            """
                .formatted(partition));
    long id = fixture.handle(feed, "/in/a.csv", "n,m\n1,2\n");
    assertThat(fixture.reason(id))
        .startsWith("missing_column: the file has no column 'day' of target.time; it has ");
  }

  /** A feed whose rows need a time. */
  private Feed timed(String format) {
    return fixture.feed(
        """
        feed: sales
        source: {directory: {path: "/in/*.csv"}}
        format: {csv: %s}
        target: {table: csv.sales, time: day, mode: append, partition: {by: day}}
        """
            .formatted(format));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{header: true}", "{columns: {day: date, n: bigint}}"})
  void handlesAFileOfAHeaderAlone_asOneWithoutRows(String format) throws IOException {
    long id = fixture.handle(timed(format), "/in/a.csv", "day,n\n");
    assertThat(fixture.state(id)).isEqualTo("handled");
    assertThat(counts(id)).isEqualTo("row 0 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n\n", "# nothing today\n", "# nothing today\n\n"})
  void rejectsAFileAsEmpty_thatHasNotEvenAHeader(String text) throws IOException {
    long id = fixture.handle(timed("{comment: '#'}"), "/in/a.csv", text);
    assertThat(fixture.reason(id)).startsWith("empty: ");
    long untimed = fixture.handle(feed("{comment: '#'}"), "/in/b.csv", text);
    assertThat(fixture.reason(untimed)).startsWith("empty: ");
  }
}
