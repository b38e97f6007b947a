package io.sluice.getter.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.core.message.Stage;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.staging.RawIdentity;
import io.sluice.core.staging.StagedObject;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingObjectMissing;
import io.sluice.getter.GetterFixture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTest {

  @TempDir Path dir;
  private GetterFixture getter;

  @BeforeEach
  void open() throws IOException {
    getter = new GetterFixture(dir);
    getter.feed("keep");
  }

  @AfterEach
  void close() {
    getter.close();
  }

  @Test
  void publishesAgain_whatAPurgedQueueLost() throws IOException {
    for (int i = 0; i < 5; i++) {
      getter.write(i + ".xml", "<a>" + i + "</a>");
    }
    getter.line();
    getter.queues.messages.clear();
    sweepMessages(1_000);
    assertThat(getter.queues.messages).as("too young to be missed").isEmpty();
    getter.execute("update sluice.work set published_at = now() - interval '3 minutes'");
    sweepMessages(3);
    assertThat(getter.queues.messages).as("no faster than allowed").hasSize(3);
    sweepMessages(3);
    assertThat(getter.queues.take(Stage.HANDLE)).hasSize(5);
    assertThat(getter.count("sluice.work.republished", "stage", "handle")).isEqualTo(5);
  }

  @Test
  void leavesABacklogAlone_thatIsStillInItsQueue() throws IOException {
    for (int i = 0; i < 5; i++) {
      getter.write(i + ".xml", "<a>" + i + "</a>");
    }
    getter.line();
    getter.execute("update sluice.work set published_at = now() - interval '3 hours'");
    sweepMessages(1_000);
    assertThat(getter.queues.messages).hasSize(5);
    getter.queues.messages.subList(0, 2).clear();
    sweepMessages(1_000);
    assertThat(getter.queues.messages).hasSize(5);
  }

  @Test
  void publishesOnlyTheChunks_thatAreNotLoaded() throws IOException {
    getter.write("a.xml", "<a/>");
    getter.line();
    getter.queues.messages.clear();
    getter.execute(
        "update sluice.work set stage = 'load', handling = 2, current = 2, chunks = 3, chunks_done = 1,"
            + " published_at = now() - interval '3 minutes'");
    getter.execute(
        "insert into sluice.chunk (file_id, handling, chunk, state)"
            + " select file_id, 2, 1, 'loaded' from sluice.work");
    sweepMessages(1_000);
    assertThat(getter.queues.take(Stage.LOAD))
        .extracting(WorkMessage::handling, WorkMessage::chunk)
        .containsExactlyInAnyOrder(tuple(2, 0), tuple(2, 2));
  }

  @Test
  void keepsRawFiles_threeDays_fourteenWithRejects_andAlwaysThoseInFlight() throws IOException {
    String loaded = fetched("loaded.xml");
    String rejected = fetched("rejected.xml");
    String open = fetched("open.xml");
    String orphan = orphan();
    close("loaded.xml", "loaded", 0);
    close("rejected.xml", "loaded", 1);
    getter.clock.advance(Duration.ofDays(2));
    sweepStaging();
    assertThat(raw()).contains(loaded, rejected, open, orphan);
    getter.clock.advance(Duration.ofDays(2));
    sweepStaging();
    assertThat(raw()).containsExactlyInAnyOrder(rejected, open);
    getter.clock.advance(Duration.ofDays(11));
    sweepStaging();
    assertThat(raw()).containsExactly(open);
  }

  @Test
  void deletesChunks_anHourAfterTheirFileClosed_andThoseOfEarlierHandlings() throws IOException {
    String id = getterId("open.xml");
    String old = chunk(id, 1);
    String current = chunk(id, 2);
    String next = chunk(id, 3);
    String closedId = getterId("closed.xml");
    String closed = chunk(closedId, 1);
    getter.execute("update sluice.work set current = 2, handling = 3 where file_id = " + id);
    close("closed.xml", "loaded", 0);
    sweepStaging();
    assertThat(chunks()).containsExactlyInAnyOrder(old, current, next, closed);
    ageChunks();
    sweepStaging();
    assertThat(chunks()).containsExactlyInAnyOrder(current, next, closed);
    getter.execute(
        "update sluice.file set closed_at = now() - interval '2 hours' where closed_at is not null");
    sweepStaging();
    assertThat(chunks()).containsExactlyInAnyOrder(current, next);
  }

  @Test
  void deletesOldestRawFilesEarly_whenStagingIsNearlyFull() throws IOException {
    Path small = Files.createDirectory(dir.resolve("small"));
    try (GetterFixture full = new GetterFixture(small, 4_200)) {
      full.feed("keep");
      full.write("a.xml", "a".repeat(1_000));
      full.line();
      full.loadAll();
      full.write("b.xml", "b".repeat(1_000));
      full.line();
      full.write("c.xml", "c".repeat(1_000));
      full.line();
      full.clock.advance(Duration.ofMinutes(2));
      new StagingSweeper(
              full.leases, full.transactions, full.staging, full.clock, SweepSettings.DEFAULTS)
          .run();
      assertThatThrownBy(() -> full.staged("a.xml")).isInstanceOf(StagingObjectMissing.class);
      assertThat(full.staged("b.xml")).startsWith("b");
      assertThat(full.staged("c.xml")).startsWith("c");
    }
  }

  private void sweepMessages(int republish) {
    SweepSettings d = SweepSettings.DEFAULTS;
    new MessageSweeper(
            getter.leases,
            getter.transactions,
            getter.queues,
            getter.registry,
            new SweepSettings(
                d.lostAfter(),
                republish,
                d.keepRaw(),
                d.keepRejected(),
                d.keepChunks(),
                d.fullest()))
        .run();
  }

  private void sweepStaging() {
    new StagingSweeper(
            getter.leases,
            getter.transactions,
            getter.staging,
            getter.clock,
            SweepSettings.DEFAULTS)
        .run();
  }

  private String fetched(String name) throws IOException {
    String id = getterId(name);
    return raw().stream().filter(key -> key.endsWith("/" + id)).findFirst().orElseThrow();
  }

  private String getterId(String name) throws IOException {
    getter.write(name, "<" + name + "/>");
    getter.line();
    return getter.text("select id from sluice.file where path like '%/" + name + "'");
  }

  private String orphan() throws IOException {
    return put(StagingKeys.raw("pm", getter.clock.instant(), 12_345));
  }

  private String chunk(String fileId, int handling) throws IOException {
    Instant found = getter.clock.instant();
    return put(StagingKeys.chunk("pm", found, Long.parseLong(fileId), handling, 0));
  }

  private String put(String key) throws IOException {
    getter.staging.put(key, new ByteArrayInputStream(new byte[1]));
    return key;
  }

  private void close(String name, String state, int rejected) {
    String id = getter.text("select id from sluice.file where path like '%/" + name + "'");
    getter.execute("delete from sluice.work where file_id = " + id);
    getter.execute(
        "update sluice.file set state = '%s', closed_at = now(), read = %d, rejected = %d where id = %s"
            .formatted(state, rejected, rejected, id));
  }

  private void ageChunks() throws IOException {
    try (Stream<Path> files = Files.walk(dir.resolve("staging/chunk"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(
            file, FileTime.from(getter.clock.instant().minus(Duration.ofHours(2))));
      }
    }
  }

  private List<String> raw() throws IOException {
    return keys(StagingKeys.RAW);
  }

  private List<String> chunks() throws IOException {
    return keys(StagingKeys.CHUNK);
  }

  private List<String> keys(String prefix) throws IOException {
    try (Stream<StagedObject> objects = getter.staging.list(prefix)) {
      return objects.map(StagedObject::key).filter(key -> !RawIdentity.isIdentity(key)).toList();
    }
  }
}
