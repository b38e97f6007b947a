package io.sluice.handler.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.sun.management.ThreadMXBean;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.Segment;
import io.sluice.core.chunk.UsedIds;
import io.sluice.core.feed.Feed;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.work.StageProtocol;
import io.sluice.core.work.StageTask;
import io.sluice.handler.work.HandleFixture.Given;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What files of one batch share, and what they do not. */
class BatchHandlingTest {

  private static final String APPEND = "mode: append, partition: {by: day, ahead: 3d}";
  private static final String MERGE = "mode: merge, partition: {by: day, ahead: 3d}";
  private static final String BY_NAME =
      """
      select concat_ws('|', e.name, o.name, pma) from pm.nrcelldu t
      join pm.dim_element e on e.id = t.element join pm.dim_object o on o.id = t.object order by 1
      """;

  @TempDir Path temp;
  private HandleFixture fixture;

  @BeforeEach
  void start() throws IOException {
    fixture =
        new HandleFixture(
            temp, new HandleSettings(temp, 8 << 20, 64 << 20, Duration.ofMillis(1), 2));
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  /** A file of one element with a row for each object, and the same value for each counter. */
  private static String file(String element, String counters, int objects) {
    StringBuilder body = new StringBuilder();
    String[] names = counters.split(" ", -1);
    for (int p = 1; p <= names.length; p++) {
      body.append("<measType p='%d'>%s</measType>".formatted(p, names[p - 1]));
    }
    for (int object = 1; object <= objects; object++) {
      body.append("<measValue measObjLdn='Cell=").append(object).append("'>");
      for (int p = 1; p <= names.length; p++) {
        body.append("<r p='%d'>%d</r>".formatted(p, object));
      }
      body.append("</measValue>");
    }
    return PmHandlingTest.file("2026-03-10T09:45:00Z", body.toString()).replace("gNB1", element);
  }

  private static List<Given> files(int count, String counters, int objects) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Given("/in/" + i + ".xml", file("gNB" + i, counters, objects)))
        .toList();
  }

  private String work(long id) {
    return fixture.text(
        "select concat_ws(' ', stage, state, attempts) from sluice.work where file_id = " + id);
  }

  @Test
  void loadsTheOthers_whenFilesOfABatchFail() throws IOException {
    Feed feed =
        fixture.feed(
            """
            feed: nr-pm
            source: {directory: {path: "/in/*.xml"}}
            format: {3gpp-pm: {}}
            target: {table: "pm.{measInfoId}", mode: append, partition: {by: day, ahead: 3d}, limits: {firstDayTables: 1}}
            """);
    fixture.handle(feed, "/in/first.xml", file("gNB0", "pmA", 1));
    fixture.load(feed);
    List<Long> ids = new ArrayList<>();
    ids.addAll(
        fixture.stage(
            feed,
            List.of(
                new Given("/in/good1.xml", file("gNB1", "pmA", 2)),
                new Given("/in/broken.xml", "<OMeS/>"),
                new Given("/in/missing.xml", (byte[]) null),
                new Given("/in/parks.xml", file("gNB2", "pmA", 2).replace("NRCellDU", "Other")))));
    ids.addAll(fixture.stage(feed, List.of(new Given("/in/crash.xml", file("gNB3", "pmA", 2)))));
    ids.addAll(fixture.stage(feed, List.of(new Given("/in/good2.xml", file("gNB4", "pmA", 1)))));
    fixture.crash(feed, ids.get(4));

    fixture.protocol.work(fixture.cut(feed, ids), false);

    assertThat(work(ids.get(0))).isEqualTo("load queued 0");
    assertThat(fixture.state(ids.get(1))).isEqualTo("rejected");
    assertThat(fixture.reason(ids.get(1))).startsWith("wrong_root: ");
    assertThat(fixture.text("select raw from sluice.reject where reason = 'wrong_root'"))
        .isEqualTo("<OMeS/>");
    assertThat(work(ids.get(2))).isEqualTo("fetch waiting 1");
    assertThat(work(ids.get(3))).isEqualTo("handle parked 0");
    assertThat(fixture.reason(ids.get(3))).startsWith("schema_limit: ");
    assertThat(work(ids.get(4))).isEqualTo("handle waiting 1");
    assertThat(fixture.reason(ids.get(4))).isEqualTo("IllegalStateException: a bug");
    assertThat(work(ids.get(5))).isEqualTo("load queued 0");
    fixture.load(feed);
    assertThat(fixture.column(BY_NAME))
        .containsExactly("gNB0|Cell=1|1", "gNB1|Cell=1|1", "gNB1|Cell=2|2", "gNB4|Cell=1|1");
    assertThat(counted("received")).isEqualTo(7);
    assertThat(counted("done")).isEqualTo(3);
    assertThat(fixture.number("select count(*) from sluice.batch")).isEqualTo(2);
  }

  private double counted(String outcome) {
    return fixture
        .meters
        .counter("sluice.stage." + outcome, "stage", "handle", "feed", "nr-pm")
        .count();
  }

  @Test
  void isDead_whenAFileThatFailedInABatchFailsAloneToo() throws IOException {
    Feed feed = fixture.pmFeed("{}", APPEND);
    List<Long> ids = new ArrayList<>(fixture.stage(feed, files(2, "pmA", 1)));
    ids.addAll(fixture.stage(feed, List.of(new Given("/in/crash.xml", "x"))));
    fixture.crash(feed, ids.get(2));
    fixture.protocol.work(fixture.cut(feed, ids), false);
    fixture.protocol.work(fixture.cut(feed, ids.subList(2, 3)), false);
    assertThat(fixture.state(ids.get(2))).isEqualTo("dead");
    assertThat(fixture.text("select reason || ': ' || error from sluice.dead"))
        .isEqualTo("IllegalStateException: a bug");
  }

  @Test
  void shareOneSegmentOfATable_inTheOrderOfTheCatalogue() throws IOException {
    Feed feed = fixture.pmFeed("{}", MERGE);
    fixture.handle(feed, "/in/first.xml", file("gNB0", "pmA pmB pmC", 1));
    fixture.load(feed);
    List<Long> ids =
        fixture.handle(
            feed,
            List.of(
                new Given("/in/a.xml", file("gNB1", "pmC pmB", 2)),
                new Given("/in/b.xml", file("gNB2", "pmB pmA", 1)),
                new Given("/in/c.xml", file("gNB3", "pmA pmB pmC", 1))));
    List<Segment> heads = fixture.segments(feed);
    assertThat(heads).hasSize(1);
    assertThat(heads.get(0).columns().stream().map(Column::name))
        .containsExactly(
            "end_time",
            "granularity",
            "element",
            "object",
            "suspect",
            "_file",
            "_version",
            "pma",
            "pmb",
            "pmc");
    assertThat(heads.get(0).runs()).extracting(Segment.Run::fileId).containsExactlyElementsOf(ids);
    assertThat(heads.get(0).runs()).extracting(Segment.Run::rows).containsExactly(2L, 1L, 1L);
    assertThat(heads.get(0).runs()).extracting(Segment.Run::cells).containsExactly(4L, 2L, 3L);
    assertThat(heads.get(0).runs().stream().mapToLong(Segment.Run::bytes).sum())
        .isEqualTo(heads.get(0).bytes());
    assertThat(fixture.lacking(feed)).containsExactly("pma", "pma", "pmc", "");
    fixture.load(feed);
    assertThat(
            fixture.column(
                """
                select concat_ws('|', e.name, pma, pmb, pmc) from pm.nrcelldu t
                join pm.dim_element e on e.id = t.element order by t._file, t.object
                """))
        .containsExactly("gNB0|1|1|1", "gNB1|1|1", "gNB1|2|2", "gNB2|1|1", "gNB3|1|1|1");
  }

  @Test
  void openASegmentWithMoreColumns_whenAFileBringsNewOnes() throws IOException {
    Feed feed = fixture.pmFeed("{}", APPEND);
    fixture.handle(
        feed,
        List.of(
            new Given("/in/a.xml", file("gNB1", "pmA", 1)),
            new Given("/in/b.xml", file("gNB2", "pmA pmB", 1)),
            new Given("/in/c.xml", file("gNB3", "pmA", 1))));
    assertThat(fixture.segments(feed))
        .extracting(head -> head.columns().size(), Segment::rows)
        .containsExactly(tuple(8, 1L), tuple(9, 2L));
    fixture.load(feed);
    assertThat(fixture.column(BY_NAME))
        .containsExactly("gNB1|Cell=1|1", "gNB2|Cell=1|1", "gNB3|Cell=1|1");
    assertThat(fixture.column("select pmb from pm.nrcelldu where pmb is not null"))
        .containsExactly("1");
  }

  @Test
  void writeOnlyTheColumnsTheyHave_whenTheTableIsMuchWider() throws IOException {
    Feed feed = fixture.pmFeed("{}", MERGE);
    StringBuilder many = new StringBuilder("pmA");
    for (int i = 0; i < 100; i++) {
      many.append(" pmX").append(i);
    }
    fixture.handle(feed, "/in/first.xml", file("gNB0", many.toString(), 1));
    fixture.load(feed);
    fixture.handle(feed, files(3, "pmX7 pmA", 1));
    assertThat(fixture.segments(feed)).hasSize(1);
    assertThat(fixture.segments(feed).get(0).columns().stream().map(Column::name).skip(7))
        .containsExactly("pma", "pmx7");
    assertThat(fixture.lacking(feed)).containsExactly("", "", "");
  }

  @Test
  void stageSeveralChunks_whenAFileIsLargerThanOne() throws IOException {
    try (HandleTask small =
            fixture.task(new HandleSettings(temp, 16 << 10, 64 << 20, Duration.ZERO, 0));
        StageProtocol protocol = fixture.protocol(small)) {
      Feed feed = fixture.pmFeed("{}", APPEND);
      List<Long> ids = fixture.stage(feed, files(3, "pmA pmB pmC", 500));
      protocol.work(fixture.cut(feed, ids), false);
      assertThat(fixture.number("select chunks from sluice.batch")).isGreaterThan(6);
      List<UsedIds> used = fixture.usedIds(feed);
      assertThat(used.stream().filter(u -> u.table().equals("dim_object")).count())
          .as("each chunk says what it uses")
          .isEqualTo(fixture.number("select chunks from sluice.batch"));
      checkAgainstDatabase(used);
      fixture.load(feed);
      assertThat(
              fixture.number(
                  """
                  select count(*) from pm.nrcelldu t join pm.dim_object o on o.id = t.object
                  join pm.dim_element e on e.id = t.element
                  where o.name = 'Cell=' || pma::int and pmb = pma and pmc = pma
                  """))
          .isEqualTo(1_500);
      assertThat(fixture.number("select count(distinct element) from pm.nrcelldu")).isEqualTo(3);
      assertThat(fixture.number("select count(*) from pm.dim_object")).isEqualTo(500);
    }
  }

  private void checkAgainstDatabase(List<UsedIds> used) {
    assertThat(used).isNotEmpty();
    for (UsedIds table : used) {
      table
          .keys()
          .forEach(
              (id, key) ->
                  assertThat(
                          fixture.text(
                              "select key from %s.%s where id = %d"
                                  .formatted(table.schema(), table.table(), id)))
                      .isEqualTo(key.toString()));
    }
  }

  @Test
  void markTheSlicesOfTheirElements_whenTheseWereNewToo() throws IOException {
    Feed feed = fixture.pmFeed("{}", APPEND);
    fixture.handle(feed, files(20, "pmA", 1));
    Segment head = fixture.segments(feed).get(0);
    List<String> slices =
        fixture.column("select distinct id & 15 from pm.dim_element order by id & 15");
    assertThat(head.marks().stream().map(mark -> String.valueOf(mark[1])))
        .containsExactlyInAnyOrderElementsOf(slices);
    assertThat(head.marks()).allMatch(mark -> mark[0] == 1_773_133_200_000_000L);
    checkAgainstDatabase(fixture.usedIds(feed));
  }

  @Test
  void numberNamesAgain_whenTheDimensionTablesWereDropped() throws IOException {
    Feed feed = fixture.pmFeed("{}", APPEND);
    fixture.handle(feed, "/in/first.xml", file("gNB0", "pmA", 1));
    fixture.published.clear();
    fixture.execute("drop schema pm cascade");
    fixture.execute("update sluice.meta set value = value::bigint + 1 where name = 'epoch'");
    fixture.handle(feed, files(2, "pmA", 1));
    fixture.load(feed);
    assertThat(fixture.column(BY_NAME)).containsExactly("gNB0|Cell=1|1", "gNB1|Cell=1|1");
  }

  @Test
  void takeTheNumbersOfAnother_whenThatNumbersTheSameNamesMeanwhile() throws Exception {
    Feed feed = fixture.pmFeed("{}", APPEND);
    fixture.handle(feed, "/in/first.xml", file("gNB0", "pmA", 1));
    fixture.load(feed);
    List<Long> ids = fixture.stage(feed, files(2, "pmA", 3));
    WorkMessage message = fixture.cut(feed, ids);
    try (Connection other = fixture.database.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute(
          """
          insert into pm.dim_object (key, name)
          select encode(substring(sha256(convert_to(n, 'UTF8')) for 16), 'hex')::uuid, n
          from unnest(array['Cell=3', 'Cell=2']) n
          """);
      CompletableFuture<Void> handling =
          CompletableFuture.runAsync(() -> fixture.protocol.work(message, false));
      awaitLockWait();
      other.commit();
      handling.get(30, TimeUnit.SECONDS);
    }
    checkAgainstDatabase(fixture.usedIds(feed));
    fixture.load(feed);
    assertThat(fixture.column(BY_NAME))
        .containsExactly(
            "gNB0|Cell=1|1",
            "gNB0|Cell=1|1",
            "gNB0|Cell=2|2",
            "gNB0|Cell=3|3",
            "gNB1|Cell=1|1",
            "gNB1|Cell=2|2",
            "gNB1|Cell=3|3");
  }

  private void awaitLockWait() throws SQLException {
    Instant deadline = Instant.now().plusSeconds(30);
    String sql =
        "select count(*) from pg_stat_activity where datname = current_database() and"
            + " wait_event_type = 'Lock'";
    while (fixture.number(sql) == 0) {
      assertThat(Instant.now()).isBefore(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void numberNamesOnce_whenTwoHandlersMeetThemAtOnce() throws Exception {
    Feed feed = fixture.pmFeed("{}", APPEND);
    fixture.handle(feed, "/in/first.xml", file("gNB0", "pmA", 1));
    CountDownLatch both = new CountDownLatch(2);
    List<CompletableFuture<Void>> handlers = new ArrayList<>();
    for (int handler = 0; handler < 2; handler++) {
      String folder = "/in/" + handler + "/";
      List<Given> given =
          IntStream.range(0, 20)
              .mapToObj(i -> new Given(folder + i, file("gNB" + i, "pmA", 200)))
              .toList();
      WorkMessage message = fixture.cut(feed, fixture.stage(feed, given));
      HandleTask task = fixture.task(HandleSettings.defaults(temp));
      StageTask together =
          claim -> {
            both.countDown();
            await(both);
            return task.work(claim);
          };
      StageProtocol protocol = fixture.protocol(together);
      handlers.add(CompletableFuture.runAsync(() -> protocol.work(message, false)));
    }
    for (CompletableFuture<Void> handler : handlers) {
      handler.get(60, TimeUnit.SECONDS);
    }
    checkAgainstDatabase(fixture.usedIds(feed));
    fixture.load(feed);
    assertThat(fixture.number("select count(*) from pm.dim_object")).isEqualTo(200);
    assertThat(
            fixture.number(
                """
                select count(*) from (select e.name, o.name from pm.nrcelldu t
                join pm.dim_object o on o.id = t.object and o.name = 'Cell=' || pma::int
                join pm.dim_element e on e.id = t.element group by 1, 2 having count(*) >= 2) x
                """))
        .isEqualTo(4_000);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void allocateLittle_whenTheSameThreadHasHandledABatch() throws IOException {
    Feed feed = fixture.pmFeed("{}", APPEND);
    List<Long> allocated = new ArrayList<>();
    for (int batch = 0; batch < 3; batch++) {
      String folder = "/in/" + batch + "/";
      List<Given> given =
          IntStream.range(0, 100)
              .mapToObj(i -> new Given(folder + i, file("gNB" + i, "pmA pmB pmC pmD pmE", 10)))
              .toList();
      AtomicLong bytes = new AtomicLong();
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      StageTask measured =
          claim -> {
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            StageTask.Result result = fixture.task.work(claim);
            bytes.set(threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before);
            return result;
          };
      try (StageProtocol protocol = fixture.protocol(measured)) {
        protocol.work(fixture.cut(feed, fixture.stage(feed, given)), false);
      }
      allocated.add(bytes.get() / given.size());
    }
    System.out.println("bytes allocated for each file of three batches of 100: " + allocated);
    assertThat(fixture.number("select count(*) from sluice.work where stage = 'load'"))
        .isEqualTo(300);
    assertThat(allocated.get(1)).isLessThan(100_000);
    assertThat(allocated.get(2)).isLessThan(100_000);
  }

  @Test
  void keepTallRows_whenTheFilesHaveOtherCounters() throws IOException {
    Feed feed =
        fixture.feed(
            """
            feed: nr-pm
            source: {directory: {path: "/in/*.xml"}}
            format: {3gpp-pm: {}}
            target: {table: pm.tall, layout: tall, mode: append, partition: {by: day, ahead: 3d}}
            """);
    fixture.handle(
        feed,
        List.of(
            new Given("/in/a.xml", file("gNB1", "pmA pmB", 1)),
            new Given("/in/b.xml", file("gNB2", "pmC pmA", 2))));
    assertThat(fixture.segments(feed)).hasSize(1);
    checkAgainstDatabase(fixture.usedIds(feed));
    fixture.load(feed);
    assertThat(
            fixture.column(
                """
                select concat_ws('|', e.name, o.name, c.name, value) from pm.tall t
                join pm.dim_element e on e.id = t.element join pm.dim_object o on o.id = t.object
                join pm.dim_counter c on c.id = t.counter order by 1
                """))
        .containsExactly(
            "gNB1|Cell=1|pmA|1",
            "gNB1|Cell=1|pmB|1",
            "gNB2|Cell=1|pmA|1",
            "gNB2|Cell=1|pmC|1",
            "gNB2|Cell=2|pmA|2",
            "gNB2|Cell=2|pmC|2");
  }

  @Test
  void keepCsvRowsApart_whenTheirFilesHaveOtherColumns() throws IOException {
    Feed feed =
        fixture.feed(
            """
            feed: sales
            source: {directory: {path: "/in/*.csv"}}
            format: {csv: {}}
            target: {table: csv.sales, key: [k], mode: merge, partition: {by: none}}
            """);
    fixture.handle(
        feed,
        List.of(
            new Given("/in/a.csv", "k,a\n1,x\n2,y\n"),
            new Given("/in/b.csv", "b,k\nz,3\n"),
            new Given("/in/c.csv", "a,k,b\np,4,q\n")));
    assertThat(fixture.segments(feed))
        .extracting(head -> head.columns().size(), Segment::rows)
        .containsExactly(tuple(4, 2L), tuple(5, 2L));
    assertThat(fixture.segments(feed)).allMatch(head -> head.keys().equals(List.of(0)));
    assertThat(fixture.lacking(feed)).containsExactly("", "", "a", "");
    fixture.load(feed);
    assertThat(fixture.column("select concat_ws('|', k, a, b) from csv.sales order by k"))
        .containsExactly("1|x", "2|y", "3|z", "4|p|q");
  }
}
