package io.sluice.getter.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.ids.Tokens;
import io.sluice.core.message.Stage;
import io.sluice.core.staging.PackWriter;
import io.sluice.core.staging.RawIdentity;
import io.sluice.core.staging.StagedObject;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.Stagings;
import io.sluice.getter.GetterFixture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
  private Instant start;

  @BeforeEach
  void open() throws IOException {
    getter = new GetterFixture(dir);
    getter.feed("keep");
    start = getter.clock.instant();
  }

  @AfterEach
  void close() {
    getter.close();
  }

  @Test
  void publishesAgain_whatAPurgedQueueLost() throws IOException {
    fiveBatchesForTheHandler();
    getter.queues.messages.clear();
    sweepMessages(1_000);
    assertThat(getter.queues.messages).as("too young to be missed").isEmpty();
    getter.execute("update sluice.batch set published_at = now() - interval '3 minutes'");
    sweepMessages(3);
    assertThat(getter.queues.messages).as("no faster than allowed").hasSize(3);
    sweepMessages(3);
    assertThat(getter.queues.take(Stage.HANDLE)).hasSize(5);
    assertThat(getter.count("sluice.work.republished", "stage", "handle")).isEqualTo(5);
  }

  @Test
  void leavesABacklogAlone_thatIsStillInItsQueue() throws IOException {
    fiveBatchesForTheHandler();
    getter.execute("update sluice.batch set published_at = now() - interval '3 hours'");
    sweepMessages(1_000);
    assertThat(getter.queues.messages).hasSize(5);
    getter.queues.messages.subList(0, 2).clear();
    sweepMessages(1_000);
    assertThat(getter.queues.messages).hasSize(5);
  }

  private void fiveBatchesForTheHandler() throws IOException {
    for (int i = 0; i < 5; i++) {
      getter.write(i + ".xml", "<a>" + i + "</a>");
      getter.line();
    }
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
    assertThat(raw()).doesNotContain(orphan);
    getter.clock.advance(Duration.ofDays(11));
    sweepStaging();
    assertThat(raw()).containsExactly(open);
  }

  @Test
  void copiesFilesWithRejectsOut_beforeTheirPackGoes() throws IOException {
    getter.write("good.xml", "<good/>");
    getter.write("bad.xml", "<bad/>");
    getter.line();
    close("good.xml", "loaded", 0);
    close("bad.xml", "loaded", 1);
    String pack = raw().get(0);
    getter.clock.advance(Duration.ofDays(4));
    sweepStaging();
    assertThat(raw()).hasSize(1).doesNotContain(pack);
    assertThat(getter.staged("bad.xml")).isEqualTo("<bad/>");
    assertThatThrownBy(() -> getter.staged("good.xml"))
        .hasRootCauseInstanceOf(java.io.IOException.class);
    sweepStaging();
    assertThat(raw()).hasSize(1);
    getter.clock.advance(Duration.ofDays(11));
    sweepStaging();
    assertThat(raw()).isEmpty();
  }

  @Test
  void deletesChunks_anHourAfterTheyAreNotNeeded() throws IOException {
    String needed = chunk(1);
    String written = chunk(2);
    String old = chunk(3);
    getter.execute(
        "insert into sluice.batch (id, feed, bulk, stage, files, bytes, chunk, chunks)"
            + " values (1, 'pm', false, 'load', 1, 1, %d, 1)".formatted(token(1)));
    getter.execute(
        "insert into sluice.batch (id, feed, bulk, stage, files, bytes, claim)"
            + " values (2, 'pm', false, 'handle', 1, 1, %d)".formatted(token(2)));
    sweepStaging();
    assertThat(chunks()).containsExactlyInAnyOrder(needed, written, old);
    ageChunks();
    sweepStaging();
    assertThat(chunks()).containsExactlyInAnyOrder(needed, written);
  }

  /** Chunks of closed files first, then packs, and what is kept for a replay last. */
  @Test
  void deletesWhatIsNeededLeast_andNoMore_whenStagingIsNearlyFull() throws IOException {
    try (GetterFixture full = full(20_000)) {
      closed(full, "rejects.xml", 4_000, 1);
      closed(full, "good.xml", 4_000, 0);
      closed(full, "later.xml", 4_000, 0);
      StagingSweeper sweeper = sweeper(full, full.staging);
      String chunk = StagingKeys.chunk("pm", Tokens.of(start, 1), 0);
      full.staging.put(chunk, new ByteArrayInputStream(new byte[5_000]));
      full.clock.advance(Duration.ofMinutes(2));
      sweeper.makeRoom();
      assertThatThrownBy(() -> full.staging.size(chunk)).hasMessageContaining(chunk);
      assertThat(full.staged("good.xml")).startsWith("x");
      full.staging.put(
          StagingKeys.raw("other", Tokens.of(start, 2)), new ByteArrayInputStream(new byte[4_000]));
      full.clock.advance(Duration.ofMinutes(2));
      sweeper.makeRoom();
      assertGone(full, "good.xml");
      assertThat(full.staged("later.xml")).startsWith("x");
      assertThat(full.staged("rejects.xml")).startsWith("x");
    }
  }

  /** What is copied takes room before the pack that it is copied from gives it back. */
  @Test
  void copiesFilesWithRejectsOut_evenWhenStagingIsFull() throws IOException {
    try (GetterFixture full = full(20_000)) {
      full.write("good.xml", "x".repeat(16_000));
      full.write("rejects.xml", "<bad/>");
      full.line();
      close(full, "good.xml", "loaded", 0);
      close(full, "rejects.xml", "loaded", 1);
      full.execute(
          "insert into sluice.batch (id, feed, bulk, stage, files, bytes, chunk, chunks)"
              + " values (1, 'pm', false, 'load', 1, 1, %d, 1)".formatted(token(1)));
      full.staging.put(
          StagingKeys.chunk("pm", token(1), 0), new ByteArrayInputStream(new byte[4_000]));
      full.clock.advance(Duration.ofMinutes(2));
      sweeper(full, full.staging).makeRoom();
      assertThat(full.staged("rejects.xml")).isEqualTo("<bad/>");
      assertThat(full.staging.use().usedBytes()).isLessThan(10_000);
    }
  }

  @Test
  void deletesRawFilesEarly_whenTheDiskHasLittleFree() throws IOException {
    try (GetterFixture full = full(StagingSettings.UNLIMITED)) {
      closed(full, "a.xml", 1_000, 0);
      URI place = full.dir.resolve("staging").toUri();
      long free = full.staging.use().freeBytes();
      long low = free / 2 + free / 10;
      try (Staging lowDisk =
          Stagings.open(
              new StagingSettings(place, StagingSettings.UNLIMITED, low, null), full.clock)) {
        sweeper(full, lowDisk).makeRoom();
      }
      assertGone(full, "a.xml");
    }
  }

  private GetterFixture full(long limit) throws IOException {
    GetterFixture full = new GetterFixture(Files.createDirectory(dir.resolve("full")), limit);
    full.feed("keep");
    return full;
  }

  private static void assertGone(GetterFixture full, String name) {
    assertThatThrownBy(() -> full.staged(name)).hasRootCauseInstanceOf(NoSuchFileException.class);
  }

  private void closed(GetterFixture full, String name, int size, int rejected) throws IOException {
    full.write(name, "x".repeat(size) + name);
    full.line();
    close(full, name, "loaded", rejected);
  }

  private static StagingSweeper sweeper(GetterFixture full, Staging staging) {
    return new StagingSweeper(
        full.leases, full.transactions, staging, full.clock, SweepSettings.DEFAULTS);
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
      sweeper(full, full.staging).run();
      assertGone(full, "a.xml");
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
    sweeper(getter, getter.staging).run();
  }

  /** Key of the pack of a file that was fetched alone. */
  private String fetched(String name) throws IOException {
    getter.write(name, "<" + name + "/>");
    getter.line();
    String pack =
        getter.text(
            "select coalesce(w.pack, f.pack) from sluice.file f left join sluice.work w"
                + " on w.file_id = f.id where f.path like '%/"
                + name
                + "'");
    return StagingKeys.raw("pm", Long.parseLong(pack));
  }

  private String orphan() throws IOException {
    long token = token(99);
    try (PackWriter pack = new PackWriter(getter.staging, "pm", token)) {
      pack.write(new byte[3], 0, 3);
      pack.add(
          new RawIdentity(
              7, "localhost", "/x", 3, getter.clock.instant(), "00", null, false, false, false, 0));
      pack.commit();
    }
    return StagingKeys.raw("pm", token);
  }

  private long token(int sequence) {
    return Tokens.of(start, sequence);
  }

  private String chunk(int sequence) throws IOException {
    String key = StagingKeys.chunk("pm", token(sequence), 0);
    getter.staging.put(key, new ByteArrayInputStream(new byte[1]));
    return key;
  }

  private void close(String name, String state, int rejected) {
    close(getter, name, state, rejected);
  }

  private static void close(GetterFixture getter, String name, String state, int rejected) {
    String id = getter.text("select id from sluice.file where path like '%/" + name + "'");
    getter.execute(
        "update sluice.file f set pack = w.pack, pack_offset = w.pack_offset from sluice.work w"
            + " where w.file_id = f.id and f.id = "
            + id);
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
    return getter.staging.list(prefix).stream().map(StagedObject::key).toList();
  }
}
