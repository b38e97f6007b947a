package io.sluice.handler.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.feed.Feed;
import io.sluice.core.ledger.HandleClaim;
import io.sluice.core.message.WorkMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandleWorkerTest {

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
            temp,
            new HandleSettings(
                temp, 8 << 20, 64 << 20, Duration.ofMinutes(2), 2, Duration.ofMillis(1), 2));
    feed = fixture.pmFeed("{onTruncated: reject}", "mode: merge, partition: {by: day}");
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private long stagedChunks() throws IOException {
    try (Stream<?> chunks = fixture.staging.list("chunk/" + feed.name() + "/")) {
      return chunks.count();
    }
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
    long id = fixture.handle(feed, "/in/a.xml", GOOD);
    fixture.worker.handle(HandleFixture.message(feed, id), true);
    assertThat(fixture.published).hasSize(1);
    assertThat(
            fixture
                .meters
                .counter("sluice.stage.duplicate", "stage", "handle", "feed", "nr-pm")
                .count())
        .isEqualTo(1);
  }

  @Test
  void fetchesAgain_whenTheStagedFileIsGone() throws IOException {
    long id = fixture.found(feed, "/in/a.xml", 10);
    fixture.worker.handle(HandleFixture.message(feed, id), false);
    assertThat(fixture.text("select stage || ' ' || state from sluice.work where file_id = " + id))
        .isEqualTo("fetch waiting");
  }

  @Test
  void parks_whenTheFeedIsUnknown() throws IOException {
    long id = fixture.found(feed, "/in/a.xml", 10);
    fixture.feeds.clear();
    fixture.worker.handle(HandleFixture.message(feed, id), false);
    assertThat(fixture.state(id)).isEqualTo("parked");
    assertThat(fixture.reason(id)).startsWith("unknown_feed: ");
  }

  @Test
  void deletesItsChunks_whenAnotherHandlingWasBegunMeanwhile() throws IOException {
    long id = fixture.found(feed, "/in/a.xml", 10);
    fixture.stage(
        feed,
        id,
        new ByteArrayInputStream(GOOD.getBytes(StandardCharsets.UTF_8)) {
          @Override
          public void close() {}
        });
    HandleClaim other = fixture.ledger.claim(id, false).orElseThrow();
    fixture.worker.handle(HandleFixture.message(feed, id), false);
    assertThat(fixture.published).as("the lease is another's").isEmpty();
    fixture.worker.handle(HandleFixture.message(feed, id), true);
    assertThat(fixture.published)
        .extracting(WorkMessage::handling)
        .containsExactly(other.handling() + 1);
  }

  @Test
  void isDead_whenItFailsTooOftenForUnknownReasons() throws IOException {
    long id = fixture.found(feed, "/in/a.xml", 10);
    fixture.stage(feed, id, new ByteArrayInputStream(GOOD.getBytes(StandardCharsets.UTF_8)));
    fixture.execute("drop table sluice.counter cascade");
    WorkMessage message = HandleFixture.message(feed, id);
    assertThatThrownBy(() -> fixture.worker.handle(message, false))
        .isInstanceOf(RuntimeException.class);
    assertThat(fixture.state(id)).isEqualTo("fetched");
    fixture.worker.handle(message, true);
    assertThat(fixture.state(id)).isEqualTo("dead");
    assertThat(fixture.dead).containsExactly(message);
    assertThat(fixture.number("select count(*) from sluice.dead")).isEqualTo(1);
    assertThat(stagedChunks()).isZero();
  }

  @Test
  void isDead_whenTheProcessDiedAtEveryAttempt() throws IOException {
    long id = fixture.found(feed, "/in/a.xml", 10);
    fixture.stage(feed, id, new ByteArrayInputStream(GOOD.getBytes(StandardCharsets.UTF_8)));
    WorkMessage message = HandleFixture.message(feed, id);
    fixture.execute("update sluice.work set attempts = 2 where file_id = " + id);
    fixture.worker.handle(message, true);
    assertThat(fixture.state(id)).isEqualTo("dead");
    assertThat(fixture.dead).containsExactly(message);
  }
}
