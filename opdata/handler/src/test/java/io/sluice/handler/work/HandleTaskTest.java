package io.sluice.handler.work;

import static io.sluice.core.message.Stage.LOAD;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.feed.Feed;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.work.StageProtocol;
import io.sluice.core.work.StageTask;
import io.sluice.core.work.Work;
import io.sluice.handler.work.HandleFixture.Given;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandleTaskTest {

  private static final String GOOD =
      PmHandlingTest.file(
          "2026-03-10T09:45:00Z",
          "<measType p='1'>a</measType><measValue measObjLdn='o'><r p='1'>1</r></measValue>");

  @TempDir Path temp;
  private HandleFixture fixture;
  private Feed feed;

  @BeforeEach
  void start() throws IOException {
    fixture =
        new HandleFixture(
            temp, new HandleSettings(temp, 8 << 20, 64 << 20, Duration.ofMillis(1), 2));
    feed = fixture.pmFeed("{onTruncated: reject}", "mode: merge, partition: {by: day}");
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private long stagedChunks() throws IOException {
    return fixture.staging.list("chunk/" + feed.name() + "/").size();
  }

  private void rejects(String reason, byte[] content) throws IOException {
    long id = fixture.handle(feed, "/in/" + reason + ".xml", content);
    assertThat(fixture.state(id)).as(reason).isEqualTo("rejected");
    assertThat(fixture.reason(id)).startsWith(reason + ": ");
    assertThat(fixture.text("select reason from sluice.reject where file_id = " + id))
        .isEqualTo(reason);
    assertThat(fixture.published).isEmpty();
    assertThat(stagedChunks()).isZero();
  }

  @Test
  void closesTheFileAsRejected_whateverIsWrongWithIt() throws IOException {
    byte[] packed = HandleFixture.gzip(GOOD);
    rejects("empty", new byte[0]);
    rejects("wrong_root", "<OMeS><a/></OMeS>".getBytes(StandardCharsets.UTF_8));
    rejects("truncated", Arrays.copyOf(packed, packed.length - 12));
    byte[] corrupt = packed.clone();
    corrupt[packed.length / 2] ^= 0x55;
    corrupt[packed.length / 2 + 1] ^= 0x55;
    long id = fixture.handle(feed, "/in/corrupt.gz", corrupt);
    assertThat(fixture.state(id)).isEqualTo("rejected");
    rejects("not_well_formed", (GOOD + "<x>").getBytes(StandardCharsets.UTF_8));
    rejects("zip_bomb", HandleFixture.gzip("<mdc>" + "<a></a>".repeat(5 << 20) + "</mdc>"));
    rejects("packed", new byte[] {'P', 'K', 3, 4, 0, 0});
  }

  @Test
  void keepsCompleteRows_whenTheFeedSaysSo() throws IOException {
    Feed keeping = fixture.pmFeed("{onTruncated: keep}", "mode: merge, partition: {by: day}");
    long id = fixture.handle(keeping, "/in/t.xml", GOOD.substring(0, GOOD.indexOf("</measInfo>")));
    assertThat(fixture.state(id)).isEqualTo("handled");
    fixture.load(keeping);
    assertThat(fixture.number("select count(*) from pm.nrcelldu")).isEqualTo(1);
    assertThat(fixture.text("select message from sluice.reject"))
        .contains("line ", "what came before it is loaded");
  }

  @Test
  void unpacksByMagic_whateverTheName() throws IOException {
    long id = fixture.handle(feed, "/in/a.xml", HandleFixture.gzip(GOOD));
    assertThat(fixture.state(id)).isEqualTo("handled");
    assertThat(fixture.published).hasSize(1);
  }

  @Test
  void doesNothing_whenTheMessageComesTwice() throws IOException {
    WorkMessage message = fixture.cut(feed, stage(GOOD));
    fixture.protocol.work(message, false);
    fixture.protocol.work(message, true);
    assertThat(fixture.published).hasSize(1);
    assertThat(counted("duplicate")).isEqualTo(1);
    assertThat(counted("received")).isEqualTo(2);
    assertThat(counted("done")).isEqualTo(1);
  }

  private double counted(String outcome) {
    return fixture
        .meters
        .counter("sluice.stage." + outcome, "stage", "handle", "feed", "nr-pm")
        .count();
  }

  private List<Long> stage(String content) throws IOException {
    return fixture.stage(feed, List.of(new Given("/in/a.xml", content)));
  }

  @Test
  void fetchesAgain_whenTheStagedFileIsGone() throws IOException {
    List<Long> ids = fixture.stage(feed, List.of(new Given("/in/a.xml", (byte[]) null)));
    fixture.protocol.work(fixture.cut(feed, ids), false);
    assertThat(fixture.text("select stage || ' ' || state || ' ' || attempts from sluice.work"))
        .isEqualTo("fetch waiting 1");
    assertThat(fixture.number("select count(*) from sluice.batch")).isZero();
  }

  @Test
  void endsDead_whenTheStagedFileIsDamagedEachTimeItIsFetched() throws IOException {
    long id = fixture.stage(feed, List.of(new Given("/in/a.xml", (byte[]) null))).get(0);
    for (int round = 1; round <= HandleFixture.ATTEMPTS; round++) {
      assertThat(fixture.state(id)).as("round " + round).isEqualTo("fetched");
      fixture.protocol.work(fixture.cut(feed, List.of(id)), false);
      fixture.fetchedAgain(id);
    }
    assertThat(fixture.state(id)).isEqualTo("dead");
    assertThat(fixture.reason(id)).startsWith("staging_missing: staging has no object raw/nr-pm/");
    assertThat(fixture.text("select stage || ' ' || reason from sluice.dead"))
        .isEqualTo("handle staging_missing");
    assertThat(fixture.dead).hasSize(1);
  }

  @Test
  void beginsWithNoAttempts_whenTheFirstFetchTookSeveral() throws IOException {
    List<Long> ids = fixture.stage(feed, List.of(new Given("/in/a.xml", GOOD)));
    fixture.execute("update sluice.work set attempts = 1, stage = 'fetch', checksum = null");
    fixture.fetchedAgain(ids.get(0));
    assertThat(fixture.text("select stage || ' ' || attempts from sluice.work"))
        .as("attempts to fetch it count for the fetch only")
        .isEqualTo("handle 0");
  }

  @Test
  void parks_whenTheFeedIsUnknown() throws IOException {
    WorkMessage message = fixture.cut(feed, stage(GOOD));
    fixture.feeds.clear();
    fixture.protocol.work(message, false);
    assertThat(fixture.text("select stage || ' ' || state || ' ' || attempts from sluice.work"))
        .isEqualTo("handle parked 0");
    assertThat(fixture.text("select reason from sluice.work")).startsWith("unknown_feed: ");
  }

  @Test
  void handlesIt_whenTheUnknownFeedIsBackAfterManyRounds() throws IOException {
    List<Long> ids = stage(GOOD);
    fixture.feeds.clear();
    for (int n = 0; n < 8; n++) {
      fixture.protocol.work(fixture.cut(feed, ids), false);
      assertThat(fixture.state(ids.get(0))).isEqualTo("parked");
      assertThat(fixture.transactions.<Integer>ledger(c -> Work.unpark(c, Duration.ZERO, 10)))
          .isEqualTo(1);
    }
    fixture.feeds.put("nr-pm", feed);
    fixture.protocol.work(fixture.cut(feed, ids), false);
    assertThat(fixture.state(ids.get(0))).isEqualTo("handled");
    fixture.load(feed);
    assertThat(fixture.number("select count(*) from pm.nrcelldu")).isEqualTo(1);
  }

  @Test
  void parks_whenATableOfTheLedgerIsGone() throws IOException {
    WorkMessage message = fixture.cut(feed, stage(GOOD));
    fixture.execute("drop table sluice.counter cascade");
    fixture.protocol.work(message, false);
    assertThat(fixture.text("select state from sluice.work")).isEqualTo("parked");
    assertThat(fixture.text("select reason from sluice.work"))
        .startsWith("missing_table: ")
        .contains("sluice.counter", "sluice parked resume");
  }

  @Test
  void writesNothing_whenAnotherWorkerHasClaimedTheBatch() throws IOException {
    WorkMessage message = fixture.cut(feed, stage(GOOD));
    StageTask overtaken =
        claim -> {
          fixture.protocol.work(message, true);
          return fixture.task.work(claim);
        };
    try (StageProtocol late = fixture.protocol(overtaken)) {
      late.work(message, false);
    }
    assertThat(fixture.published)
        .containsExactly(new WorkMessage(LOAD, "nr-pm", message.batch(), false));
    assertThat(fixture.text("select handling || ' ' || stage || ' ' || state from sluice.work"))
        .isEqualTo("2 load queued");
    assertThat(stagedChunks()).as("only the other's").isEqualTo(1);
    fixture.load(feed);
    assertThat(fixture.number("select count(*) from pm.nrcelldu")).isEqualTo(1);
  }

  @Test
  void isDead_whenItFailsTooOftenForUnknownReasons() throws IOException {
    List<Long> ids = stage(GOOD);
    fixture.execute("alter table sluice.counter rename column kind to sort");
    fixture.protocol.work(fixture.cut(feed, ids), false);
    assertThat(fixture.state(ids.get(0))).isEqualTo("fetched");
    WorkMessage second = fixture.cut(feed, ids);
    fixture.protocol.work(second, false);
    assertThat(fixture.state(ids.get(0))).isEqualTo("dead");
    assertThat(fixture.dead).containsExactly(second);
    assertThat(fixture.number("select count(*) from sluice.dead")).isEqualTo(1);
    assertThat(stagedChunks()).isZero();
  }

  @Test
  void isDead_whenTheProcessDiedAtEveryAttempt() throws IOException {
    List<Long> ids = stage(GOOD);
    WorkMessage message = fixture.cut(feed, ids);
    fixture.execute("update sluice.batch set attempts = " + HandleFixture.ATTEMPTS);
    fixture.protocol.work(message, true);
    assertThat(fixture.state(ids.get(0))).isEqualTo("dead");
    assertThat(fixture.dead).containsExactly(message);
  }

  private Feed other(String mode) {
    return fixture.feed(
        """
        feed: other
        source: {directory: {path: "/in/*.xml"}}
        format: {3gpp-pm: {}}
        target: {table: "pm.{measInfoId}", mode: %s, partition: {by: day}}
        """
            .formatted(mode));
  }

  @Test
  void parks_whileAnotherFeedDeclaresTheTableOtherwise() throws IOException {
    fixture.handle(feed, "/in/a.xml", GOOD);
    long id = fixture.handle(other("append"), "/in/b.xml", GOOD);
    String work =
        "select stage || ' ' || state || ' ' || attempts from sluice.work where feed = 'other'";
    assertThat(fixture.text(work)).isEqualTo("handle parked 0");
    assertThat(fixture.text("select reason from sluice.work where feed = 'other'"))
        .startsWith(
            "target_changed: f.yaml:4:17: feed other: pm.nrcelldu of feed nr-pm is registered as layout wide, mode merge by")
        .contains("feed other declares layout wide, mode append");

    fixture.execute("update sluice.work set state = 'waiting' where state = 'parked'");
    fixture.protocol.work(fixture.cut(other("merge"), List.of(id)), false);
    assertThat(fixture.text(work)).isEqualTo("load queued 0");
  }

  @Test
  void findsWhatWasStaged_underTheFormerName() throws IOException {
    List<Long> ids = stage(GOOD);
    Feed renamed =
        fixture.feed(
            """
            feed: lte-pm
            formerly: nr-pm
            source: {directory: {path: "/in/*.xml"}}
            format: {3gpp-pm: {}}
            target: {table: "pm.{measInfoId}"}
            """);
    fixture.execute("update sluice.work set feed = 'lte-pm'");
    fixture.protocol.work(fixture.cut(renamed, ids), false);
    assertThat(fixture.text("select stage || ' ' || state from sluice.work"))
        .isEqualTo("load queued");
  }
}
