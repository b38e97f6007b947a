package io.sluice.getter.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.Feeds;
import io.sluice.core.ledger.FoundFile;
import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.getter.GetterFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DispatcherTest {

  @TempDir Path dir;
  private GetterFixture getter;
  private Instant now;

  @BeforeEach
  void open() throws IOException {
    getter = new GetterFixture(dir);
    now = getter.clock.instant();
    Feed feed = getter.feed("keep");
    getter.feeds = new Feeds(Map.of("big", feed, "small", feed), Instant.EPOCH);
  }

  @AfterEach
  void close() {
    getter.close();
  }

  @Test
  void sharesFairlyBetweenFeeds_newestPeriodFirst() {
    offer("big", "ems1", 1_000, false);
    offer("small", "ems2", 10, false);
    dispatcher(4, 10).run();
    List<WorkMessage> messages = getter.queues.take(Stage.FETCH);
    assertThat(messages).extracting(WorkMessage::feed).contains("small").hasSize(4);
    assertThat(queued("small")).isEqualTo(10);
    assertThat(queued("big")).isEqualTo(30);
    assertThat(
            getter.text(
                "select min(period) > (select max(period) from sluice.work where state = 'waiting')"
                    + " from sluice.work where state = 'queued' and feed = 'big'"))
        .isEqualTo("t");
  }

  @Test
  void cutsByCountAndBytes_andLeavesLargeFilesAndFailedOnesAlone() {
    offer("big", "ems1", 25, false);
    getter.execute("update sluice.work set size = 700 where file_id in (" + ids(0, 3) + ")");
    getter.execute("update sluice.work set size = 5000 where file_id in (" + ids(3, 1) + ")");
    getter.execute("update sluice.work set attempts = 1 where file_id in (" + ids(4, 1) + ")");
    dispatcher(new DispatchSettings(100, 100, 10, 1_000, Duration.ZERO, 100)).run();
    assertThat(
            getter.column("select files || ' ' || bytes from sluice.batch order by files, bytes"))
        .contains("1 1", "1 5000")
        .allSatisfy(
            b ->
                assertThat(Integer.parseInt(b.substring(0, b.indexOf(' '))))
                    .isLessThanOrEqualTo(10));
    assertThat(getter.text("select sum(files) from sluice.batch")).isEqualTo("25");
    assertThat(getter.text("select max(bytes) from sluice.batch where files > 1 and bytes <= 1000"))
        .isNotNull();
    assertThat(getter.text("select count(*) from sluice.batch where files > 1 and bytes > 1000"))
        .isEqualTo("0");
  }

  @Test
  void waitsForMoreFiles_butNotLongForALoneOne() {
    offer("big", "ems1", 1, false);
    dispatcher(new DispatchSettings(4, 16, 10, 1_000, Duration.ofMinutes(1), 2)).run();
    assertThat(getter.queues.messages).isEmpty();
    getter.execute("update sluice.work set entered_at = now() - interval '2 min'");
    dispatcher(new DispatchSettings(4, 16, 10, 1_000, Duration.ofMinutes(1), 2)).run();
    assertThat(getter.queues.messages).hasSize(1);
  }

  @Test
  void fillsOnlyTheRoomThereIs() {
    offer("big", "ems1", 100, false);
    dispatcher(4, 10).run();
    dispatcher(4, 10).run();
    assertThat(getter.queues.messages).hasSize(4);
    getter.execute("delete from sluice.work where batch = (select min(id) from sluice.batch)");
    getter.execute("delete from sluice.batch where id = (select min(id) from sluice.batch)");
    dispatcher(4, 10).run();
    assertThat(getter.queues.messages).hasSize(5);
  }

  @Test
  void burdensAHostWithFewBatches_andTakesOthersInstead() {
    offer("big", "slow", 100, false);
    offer("big", "fast", 5, false);
    dispatcher(new DispatchSettings(8, 16, 10, 1_000_000, Duration.ZERO, 1)).run();
    dispatcher(new DispatchSettings(8, 16, 10, 1_000_000, Duration.ZERO, 1)).run();
    assertThat(getter.text("select count(distinct batch) from sluice.work where host = 'slow'"))
        .isEqualTo("1");
    assertThat(
            getter.text("select count(*) from sluice.work where host = 'fast' and batch is null"))
        .isEqualTo("0");
  }

  /** Each may be a mount of its own: where one hangs, the others go on. */
  @Test
  void burdensADirectoryWithFewBatches_andTakesOthersInstead() throws IOException {
    Feed big = getter.feeds.get("big").orElseThrow();
    Path elsewhere = dir.resolve("elsewhere");
    Feed small = getter.yaml(getter.yamlOf(elsewhere));
    getter.feeds = new Feeds(Map.of("big", big, "beside", big, "small", small), Instant.EPOCH);
    DispatchSettings settings = new DispatchSettings(8, 16, 10, 1_000_000, Duration.ZERO, 1);
    offer("big", "localhost", 50, false);
    dispatcher(settings).run();
    offer("beside", "localhost", 5, false);
    offer("small", "localhost", 5, false);
    dispatcher(settings).run();
    assertThat(queued("big")).isEqualTo(10);
    assertThat(queued("beside")).as("in the same directory").isZero();
    assertThat(queued("small")).isEqualTo(5);
  }

  @Test
  void sendsBulkWork_onlyWhenNoLiveWorkWaits() {
    offer("big", "ems1", 50, false);
    offer("small", "ems2", 50, true);
    dispatcher(4, 10).run();
    assertThat(getter.queues.take(Stage.FETCH)).hasSize(4).noneMatch(WorkMessage::bulk);
    getter.execute(
        "update sluice.work set state = 'waiting', batch = null; delete from sluice.batch");
    dispatcher(6, 10).run();
    assertThat(getter.queues.take(Stage.FETCH)).hasSize(6).filteredOn(WorkMessage::bulk).hasSize(1);
  }

  @Test
  void skipsWhatIsPaused_waitsOrIsUnknown() {
    offer("big", "ems1", 2, false);
    offer("big", "ems2", 2, false);
    offer("small", "ems2", 2, false);
    offer("gone", "ems2", 2, false);
    getter.execute("insert into sluice.pause (feed, host) values ('big', 'ems1'), ('small', '')");
    getter.execute(
        "update sluice.work set not_before = now() + interval '1 minute'"
            + " where file_id in (select id from sluice.file where path = '/ems2/0')");
    dispatcher(40, 10).run();
    assertThat(getter.queues.take(Stage.FETCH)).hasSize(1).allMatch(m -> m.feed().equals("big"));
    assertThat(queued("big")).isEqualTo(1);
    getter.execute("delete from sluice.pause");
    dispatcher(40, 10).run();
    assertThat(getter.text("select count(*) from sluice.work where state = 'queued'"))
        .isEqualTo("4");
    assertThat(queued("gone")).isZero();
  }

  @Test
  void sparesHost_thatCouldNotBeUsedAMomentAgo() {
    offer("big", "ems1", 2, false);
    offer("big", "ems2", 2, false);
    getter.execute(
        "insert into sluice.scan (feed, host, last_at, error) values ('big', 'ems1', now(), 'away')");
    dispatcher(40, 10).run();
    assertThat(queued("big")).isEqualTo(2);
    getter.execute("update sluice.scan set last_at = now() - interval '1 minute'");
    dispatcher(40, 10).run();
    assertThat(queued("big")).isEqualTo(4);
  }

  @Test
  void stopsFetching_whileHandlerIsBehind_butSendsReplays() {
    offer("big", "ems1", 4, false);
    getter.execute("update sluice.work set stage = 'handle' where file_id in (" + ids(0, 2) + ")");
    DispatchSettings settings = new DispatchSettings(4, 1, 1, 1_000, Duration.ZERO, 9);
    dispatcher(settings).run();
    assertThat(getter.queues.take(Stage.HANDLE)).hasSize(2);
    getter.queues.take(Stage.FETCH);
    getter.execute("update sluice.work set state = 'waiting', batch = null where stage = 'fetch'");
    getter.execute("delete from sluice.batch where stage = 'fetch'");
    dispatcher(settings).run();
    assertThat(getter.queues.take(Stage.FETCH)).isEmpty();
    getter.execute("delete from sluice.work where stage = 'handle'; delete from sluice.batch");
    dispatcher(settings).run();
    assertThat(getter.queues.take(Stage.FETCH)).hasSize(2);
  }

  @Test
  void fetchesForOtherFeeds_whileTheMembersOfOneArchiveWait() {
    offer("big", "ems1", 6_000, false);
    getter.execute("update sluice.work set stage = 'handle'");
    offer("big", "ems2", 20, false);
    offer("small", "ems3", 20, false);
    DispatchSettings settings = new DispatchSettings(8, 16, 10, 1_000, Duration.ZERO, 9);
    for (int round = 0; round < 2; round++) {
      dispatcher(settings).run();
      getter.execute(
          "update sluice.batch set stage = 'load' where stage = 'handle';"
              + " update sluice.work set stage = 'load' where stage = 'handle' and state = 'queued';"
              + " delete from sluice.batch where stage = 'fetch';"
              + " update sluice.work set state = 'waiting', batch = null where stage = 'fetch'");
    }
    getter.queues.messages.clear();
    dispatcher(settings).run();
    assertThat(getter.text("select count(*) from sluice.batch where stage in ('handle', 'load')"))
        .isEqualTo("24");
    assertThat(getter.queues.take(Stage.FETCH))
        .as("the loader is behind with the archive")
        .hasSize(2)
        .allMatch(message -> message.feed().equals("small"));
  }

  @Test
  void fetchesLiveFilesOfAHost_whileBulkOnesBusyIt() {
    offer("big", "ems1", 50, true);
    DispatchSettings settings = new DispatchSettings(8, 16, 10, 1_000, Duration.ZERO, 2);
    dispatcher(settings).run();
    assertThat(getter.queues.take(Stage.FETCH)).hasSize(2).allMatch(WorkMessage::bulk);
    offer("small", "ems1", 5, false);
    dispatcher(settings).run();
    assertThat(getter.queues.take(Stage.FETCH)).hasSize(1).noneMatch(WorkMessage::bulk);
  }

  @Test
  void stopsFetching_whileStagingIsFull() throws IOException {
    Path small = dir.resolve("small");
    try (GetterFixture full = new GetterFixture(small, 1_010)) {
      full.feed("keep");
      full.write("a.xml", "a".repeat(1_000));
      full.line();
      full.write("b.xml", "<b/>");
      full.scan();
      full.dispatcher().run();
      assertThat(full.queues.take(Stage.FETCH)).isEmpty();
      full.deleteStaged("raw/");
      full.clock.advance(Duration.ofMinutes(2));
      full.dispatcher().run();
      assertThat(full.queues.take(Stage.FETCH)).hasSize(1);
    }
  }

  @Test
  void putsWorkBack_whenBrokerIsAway() {
    offer("big", "ems1", 2, false);
    Dispatcher dispatcher = dispatcher(40, 10);
    getter.queues.failPublish = true;
    assertThatThrownBy(dispatcher::run).isInstanceOf(PauseStage.class);
    assertThat(getter.column("select distinct state from sluice.work")).containsExactly("waiting");
    assertThat(getter.text("select count(*) from sluice.batch")).isEqualTo("0");
  }

  private void offer(String feed, String host, int count, boolean bulk) {
    List<FoundFile> files =
        IntStream.range(0, count)
            .mapToObj(
                i -> new FoundFile(host, "/" + host + "/" + i, 1, now, now.minusSeconds(60L * i)))
            .toList();
    getter.intake.offer(feed, files, f -> bulk, false);
  }

  /** Ids of files in the order of their periods, the newest first. */
  private String ids(int from, int count) {
    return String.join(
        ",",
        getter.column(
            "select file_id from sluice.work order by period desc, file_id offset %d limit %d"
                .formatted(from, count)));
  }

  private long queued(String feed) {
    return Long.parseLong(
        getter.text(
            "select count(*) from sluice.work where state = 'queued' and feed = '" + feed + "'"));
  }

  private Dispatcher dispatcher(int inFlight, int files) {
    return dispatcher(new DispatchSettings(inFlight, 16, files, 1_000_000, Duration.ZERO, 1_000));
  }

  private Dispatcher dispatcher(DispatchSettings settings) {
    return getter.dispatcher(settings);
  }
}
