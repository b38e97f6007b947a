package io.sluice.getter.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.feed.Feed;
import io.sluice.core.ids.FileIds;
import io.sluice.core.ledger.Leases;
import io.sluice.core.ops.Replay;
import io.sluice.getter.GetterFixture;
import io.sluice.getter.source.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScannerTest {

  @TempDir Path dir;
  private GetterFixture getter;
  private Feed feed;

  @BeforeEach
  void open() throws IOException {
    getter = new GetterFixture(dir);
    feed = getter.feed("keep");
  }

  @AfterEach
  void close() {
    getter.close();
  }

  @Test
  void offersNewFilesOnce() throws IOException {
    getter.write("a.xml", "<a/>");
    getter.write("deep/er/b.xml", "<b/>");
    assertThat(getter.scan()).hasValue(new ScanResult(2, 2, 0, 0, 0, 0, 0));
    assertThat(getter.scan()).hasValue(new ScanResult(2, 0, 2, 0, 0, 0, 0));
    assertThat(getter.states())
        .containsExactlyInAnyOrder("a.xml discovered", "deep/er/b.xml discovered");
    assertThat(getter.count("sluice.files.found")).isEqualTo(2);
  }

  @Test
  void waitsForFile_whileItIsBeingWritten() throws IOException {
    Path file = getter.write("a.xml", "<a");
    GetterFixture.touch(file, getter.clock.instant());
    assertThat(getter.scan()).hasValueSatisfying(r -> assertThat(r.unsettled()).isEqualTo(1));
    Files.writeString(file, "<a/>");
    getter.clock.advance(Duration.ofSeconds(4));
    GetterFixture.touch(file, getter.clock.instant());
    assertThat(getter.scan()).hasValueSatisfying(r -> assertThat(r.unsettled()).isEqualTo(1));
    getter.clock.advance(Duration.ofSeconds(5));
    assertThat(getter.scan()).hasValueSatisfying(r -> assertThat(r.found()).isEqualTo(1));
  }

  @Test
  void takesFile_whenSourceClockIsAhead_butFileHasStoodStill() throws IOException {
    Path file = getter.write("a.xml", "<a/>");
    GetterFixture.touch(file, getter.clock.instant().plusSeconds(3600));
    assertThat(getter.scan()).hasValueSatisfying(r -> assertThat(r.unsettled()).isEqualTo(1));
    getter.clock.advance(Duration.ofSeconds(5));
    assertThat(getter.scan()).hasValueSatisfying(r -> assertThat(r.found()).isEqualTo(1));
  }

  private Path old(String name) throws IOException {
    Path old = getter.write(name, "<old/>");
    return GetterFixture.touch(old, getter.clock.instant().minus(Duration.ofDays(31)));
  }

  @Test
  void skipsFiles_olderThanSinceAtFirstStart_alsoLater() throws IOException {
    old("old.xml");
    getter.write("a.xml", "<a/>");
    assertThat(getter.scan()).hasValue(new ScanResult(2, 1, 0, 1, 0, 0, 0));
    getter.clock.advance(Duration.ofDays(10));
    assertThat(getter.scan()).hasValueSatisfying(r -> assertThat(r.tooOld()).isEqualTo(1));
    assertThat(getter.states()).containsExactlyInAnyOrder("a.xml discovered", "old.xml skipped");
    assertThat(getter.reason("old.xml")).startsWith("too_old: modified before ");
    assertThat(getter.count("sluice.files.skipped", "reason", "too_old")).isEqualTo(1);
    assertThat(getter.text("select skipped from sluice.scan")).isEqualTo("1");
  }

  @Test
  void collectsSkippedFiles_whenTheirTimeIsWantedAfterAll() throws IOException {
    old("old.xml");
    getter.scan();
    getter.yaml(Files.readString(dir.resolve("feed.yaml")).replace("since: 30d", "since: 40d"));
    assertThat(getter.scan()).hasValue(new ScanResult(1, 1, 0, 0, 0, 0, 0));
    getter.fetchAll();
    assertThat(getter.states()).containsExactly("old.xml fetched");
  }

  @Test
  void collectsASkippedFile_whenItIsReplayedFromTheSource() throws IOException {
    old("old.xml");
    getter.scan();
    long id = Long.parseLong(getter.text("select id from sluice.file"));
    Replay replay = new Replay(getter.transactions, null, Map.of());
    assertThat(replay.replay(List.of(id), Replay.From.SOURCE).replayed()).isEqualTo(1);
    getter.fetchAll();
    assertThat(getter.states()).containsExactly("old.xml fetched");
    assertThat(getter.scan()).hasValue(new ScanResult(1, 0, 0, 1, 0, 0, 0));
    assertThat(getter.states()).containsExactly("old.xml fetched");
  }

  @Test
  void asksTheLedgerOnce_aboutManyFilesThatAreTooOld() throws IOException {
    for (int i = 0; i < FileOffers.BATCH + 50; i++) {
      old(i + ".xml");
    }
    getter.scan();
    assertThat(getter.count("sluice.files.skipped")).isEqualTo(FileOffers.BATCH + 50);
    getter.execute("delete from sluice.file");
    assertThat(getter.scan())
        .hasValueSatisfying(r -> assertThat(r.tooOld()).isEqualTo(FileOffers.BATCH + 50));
    assertThat(getter.text("select count(*) from sluice.file")).isEqualTo("0");
    getter.clock.advance(Duration.ofMinutes(11)); // then it asks about everything
    getter.scan();
    assertThat(getter.text("select count(*) from sluice.file"))
        .isEqualTo(String.valueOf(FileOffers.BATCH + 50));
  }

  @Test
  void skipsFiles_withoutAPossibleTime() throws IOException {
    GetterFixture.touch(getter.write("none.xml", "<a/>"), Instant.EPOCH);
    getter.scan();
    assertThat(getter.states()).contains("none.xml skipped");
    assertThat(getter.reason("none.xml")).startsWith("no_time: ");
  }

  @Test
  void writesDownWhatItLeavesOut_andForgetsIt_whenItIsAFileOfItsOwn() throws IOException {
    Path deep = getter.write("deep/a.xml", "<a/>");
    Path link = Files.createSymbolicLink(getter.in.resolve("latest.xml"), deep);
    Path up = Files.createSymbolicLink(getter.in.resolve("deep/up"), getter.in);
    getter.scan();
    assertThat(getter.states())
        .containsExactlyInAnyOrder(
            "deep/a.xml discovered", "latest.xml skipped", "deep/up skipped");
    assertThat(getter.reason("latest.xml")).startsWith("other_path: ");
    assertThat(getter.count("sluice.files.skipped", "reason", "other_path")).isEqualTo(2);

    Files.delete(link);
    Files.delete(up);
    getter.write("latest.xml", "<b/>");
    getter.scan();
    assertThat(getter.states())
        .contains("latest.xml discovered")
        .doesNotContain("latest.xml skipped");
  }

  @Test
  void sendsOldPeriodsByTheBulkQueue() throws IOException {
    Path old = getter.write("old.xml", "<old/>");
    GetterFixture.touch(old, getter.clock.instant().minus(Duration.ofDays(5)));
    getter.write("a.xml", "<a/>");
    getter.scan();
    assertThat(getter.column("select bulk::text from sluice.file order by mtime"))
        .containsExactly("true", "false");
  }

  @Test
  void leavesHostAlone_whenScannedAMomentAgoOrByAnother_orPaused() throws IOException {
    Source source = getter.sources.of(feed).get(0);
    assertThat(getter.scanner.scan(feed, source)).isPresent();
    assertThat(getter.scanner.scan(feed, source)).isEmpty();
    Leases other = new Leases(getter.transactions, "other");
    assertThat(other.take("scan pm localhost", Duration.ofMinutes(1))).isTrue();
    assertThat(getter.scan()).isEmpty();
    other.release("scan pm localhost");
    getter.execute("insert into sluice.pause (feed, host) values ('pm', 'localhost')");
    assertThat(getter.scan()).isEmpty();
    getter.execute("delete from sluice.pause");
    assertThat(getter.scan()).isPresent();
  }

  @Test
  void saysInTheLedger_whyHostWasNotScanned() throws IOException {
    Files.delete(getter.in);
    assertThat(getter.scan()).isEmpty();
    assertThat(getter.text("select error from sluice.scan"))
        .contains("does not exist; create it, mount it or correct the feed's path");
    Files.createDirectory(getter.in);
    assertThat(getter.scan()).isPresent();
    assertThat(getter.text("select error from sluice.scan")).isNull();
  }

  @Test
  void ignoresFiles_thatASettlingHasRenamed() throws IOException {
    getter.write(".a.xml.sluice-123", "<a/>");
    assertThat(getter.scan()).hasValue(new ScanResult(1, 0, 0, 0, 0, 1, 0));
  }

  @Test
  void offersMoreThanABatch() throws IOException {
    for (int i = 0; i < FileOffers.BATCH + 50; i++) {
      getter.write(i + ".xml", "");
    }
    assertThat(getter.scan())
        .hasValueSatisfying(r -> assertThat(r.found()).isEqualTo(FileOffers.BATCH + 50));
  }

  private Feed renamed() throws IOException {
    return getter.yaml(
        """
        feed: pm-new
        formerly: pm
        source:
          directory: {path: "%s/in/**/*"}
          poll: 1s
          stable: 5s
          since: 30d
        format: {3gpp-pm: {}}
        target: {table: "pm.{measInfoId}", mode: merge}
        """
            .formatted(dir));
  }

  private List<String> names(String table) {
    return getter.column("select distinct feed from sluice." + table);
  }

  @Test
  void collectsNothingAgain_whenTheFeedIsRenamed() throws IOException {
    getter.write("a.xml", "<a/>");
    getter.line();
    getter.loadAll();
    getter.write("b.xml", "<b/>");
    getter.line();
    getter.execute(
        "insert into sluice.target (schema_name, name, source_name, feed, layout, mode, key_columns)"
            + " values ('pm', 'g', 'g', 'pm', 'wide', 'merge', '{}')");
    String first = getter.text("select first_at from sluice.scan");

    renamed();
    assertThat(getter.scan()).hasValueSatisfying(r -> assertThat(r.found()).isZero());
    for (String table : List.of("file", "work", "batch", "scan", "target")) {
      assertThat(names(table)).as(table).containsExactly("pm-new");
    }
    assertThat(getter.text("select first_at from sluice.scan")).isEqualTo(first);
    getter.write("c.xml", "<c/>");
    assertThat(getter.scan()).hasValueSatisfying(r -> assertThat(r.found()).isEqualTo(1));
    assertThat(getter.column("select path_key::text from sluice.file order by path"))
        .containsExactlyElementsOf(
            Stream.of("a.xml", "b.xml", "c.xml")
                .map(n -> FileIds.pathKey("pm-new", "localhost", getter.in + "/" + n).toString())
                .toList());
  }

  @Test
  void listsNothingUnderTheFormerName_onceTheFeedIsRenamed() throws IOException {
    getter.write("a.xml", "<a/>");
    getter.scan();
    Source source = getter.sources.of(feed).get(0);
    renamed();
    getter.scan();

    Leases other = new Leases(getter.transactions, "has not read the new feed yet");
    Scanner scanner =
        new Scanner(other, getter.transactions, getter.intake, getter.clock, getter.registry);
    assertThat(scanner.scan(feed, source)).isEmpty();
    assertThat(names("file")).containsExactly("pm-new");
    assertThat(getter.column("select path from sluice.file")).hasSize(1);
  }

  @Test
  void waits_whileTheFormerNameIsScanned() throws IOException {
    getter.write("a.xml", "<a/>");
    getter.scan();
    Leases other = new Leases(getter.transactions, "other");
    other.take("scan pm localhost", Duration.ofMinutes(1));
    renamed();
    assertThat(getter.scan()).isEmpty();
    assertThat(getter.text("select error from sluice.scan where feed = 'pm-new'"))
        .isEqualTo(
            "feed pm-new: another getter still finds files under its former name pm; it is tried again until that has read the feed");
    assertThat(names("file")).containsExactly("pm");

    other.release("scan pm localhost");
    assertThat(getter.scan()).hasValueSatisfying(r -> assertThat(r.found()).isZero());
    assertThat(names("file")).containsExactly("pm-new");
  }

  @Test
  void saysWhy_whenBothNamesHaveAFile() throws IOException {
    getter.write("a.xml", "<a/>");
    getter.scan();
    getter.yaml(
        "feed: pm-new\nsource: {directory: {path: '%s/in/**/*'}}\nformat: {3gpp-pm: {}}\ntarget: {table: 'pm.{measInfoId}'}\n"
            .formatted(dir));
    getter.scan();
    assertThat(names("file")).containsExactlyInAnyOrder("pm", "pm-new");
    renamed();
    assertThat(getter.scan()).isEmpty();
    assertThat(getter.text("select error from sluice.scan where feed = 'pm-new'"))
        .isEqualTo(
            "feed pm-new: formerly is pm, but both have collected the same files already;"
                + " remove formerly");
  }
}
