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
    dispatcher(40).run();
    List<WorkMessage> messages = getter.queues.take(Stage.FETCH);
    assertThat(messages).hasSize(40);
    assertThat(messages).filteredOn(m -> m.feed().equals("small")).hasSize(10);
    assertThat(
            getter.text(
                "select min(period) > (select max(period) from sluice.work where state = 'waiting')"
                    + " from sluice.work where state = 'queued' and feed = 'big'"))
        .isEqualTo("t");
  }

  @Test
  void fillsOnlyTheRoomThereIs() {
    offer("big", "ems1", 100, false);
    dispatcher(40).run();
    dispatcher(40).run();
    assertThat(getter.queues.messages).hasSize(40);
    getter.queues.messages.subList(0, 15).clear();
    dispatcher(40).run();
    assertThat(getter.queues.messages).hasSize(40);
    assertThat(getter.text("select count(*) from sluice.work where state = 'queued'"))
        .isEqualTo("55");
  }

  @Test
  void sendsBulkWork_onlyWhenNoLiveWorkWaits() {
    offer("big", "ems1", 50, false);
    offer("small", "ems2", 50, true);
    dispatcher(40).run();
    assertThat(getter.queues.take(Stage.FETCH)).hasSize(40).noneMatch(WorkMessage::bulk);
    dispatcher(40).run();
    assertThat(getter.queues.take(Stage.FETCH))
        .hasSize(20)
        .filteredOn(WorkMessage::bulk)
        .hasSize(10);
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
    dispatcher(40).run();
    assertThat(getter.queues.take(Stage.FETCH)).hasSize(1).allMatch(m -> m.feed().equals("big"));
    getter.execute("delete from sluice.pause");
    dispatcher(40).run();
    assertThat(getter.queues.take(Stage.FETCH)).hasSize(3);
  }

  @Test
  void sparesHost_thatCouldNotBeUsedAMomentAgo() {
    offer("big", "ems1", 2, false);
    offer("big", "ems2", 2, false);
    getter.execute(
        "insert into sluice.scan (feed, host, last_at, error) values ('big', 'ems1', now(), 'away')");
    dispatcher(40).run();
    assertThat(getter.queues.take(Stage.FETCH)).hasSize(2);
    getter.execute("update sluice.scan set last_at = now() - interval '1 minute'");
    dispatcher(40).run();
    assertThat(getter.queues.take(Stage.FETCH)).hasSize(2);
  }

  @Test
  void stopsFetching_whileHandlerIsBehind_butSendsReplays() {
    offer("big", "ems1", 2, false);
    getter.execute(
        "update sluice.work set stage = 'handle' where file_id = (select min(file_id) from sluice.work)");
    WorkMessage waiting = WorkMessage.of(Stage.HANDLE, "big", 1, false);
    IntStream.range(0, 10).forEach(i -> getter.queues.messages.add(waiting));
    DispatchSettings settings = new DispatchSettings(40, 10);
    dispatcher(settings).run();
    assertThat(getter.queues.take(Stage.FETCH)).isEmpty();
    assertThat(getter.queues.take(Stage.HANDLE)).hasSize(11);
    dispatcher(settings).run();
    assertThat(getter.queues.take(Stage.FETCH)).hasSize(1);
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
      full.staging.deleteUnder("raw/");
      full.clock.advance(Duration.ofMinutes(2));
      full.dispatcher().run();
      assertThat(full.queues.take(Stage.FETCH)).hasSize(1);
    }
  }

  @Test
  void putsWorkBack_whenBrokerIsAway() {
    offer("big", "ems1", 2, false);
    Dispatcher dispatcher = dispatcher(40);
    getter.queues.failPublish = true;
    assertThatThrownBy(dispatcher::run).isInstanceOf(PauseStage.class);
    assertThat(getter.column("select distinct state from sluice.work")).containsExactly("waiting");
  }

  private void offer(String feed, String host, int count, boolean bulk) {
    List<FoundFile> files =
        IntStream.range(0, count)
            .mapToObj(
                i -> new FoundFile(host, "/" + host + "/" + i, 1, now, now.minusSeconds(60L * i)))
            .toList();
    getter.intake.offer(feed, files, f -> bulk, false);
  }

  private Dispatcher dispatcher(int target) {
    return dispatcher(new DispatchSettings(target, 2_000));
  }

  private Dispatcher dispatcher(DispatchSettings settings) {
    return new Dispatcher(
        () -> getter.feeds,
        getter.leases,
        getter.transactions,
        getter.queues,
        getter.staging,
        settings);
  }
}
