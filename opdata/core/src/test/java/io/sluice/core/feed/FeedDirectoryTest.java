package io.sluice.core.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedDirectoryTest {

  private static final Instant NOW = Instant.parse("2026-11-20T09:00:00Z");

  @TempDir Path dir;

  private FeedDirectory feeds;

  @BeforeEach
  void open() {
    reopen(dir);
  }

  @AfterEach
  void close() {
    feeds.close();
  }

  private void reopen(Path directory) {
    if (feeds != null) {
      feeds.close();
    }
    feeds = new FeedDirectory(directory, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private static String feed(String name, String poll) {
    return """
        feed: %s
        source: {directory: {path: "/in/*.xml"}, poll: %s}
        format: {3gpp-pm: {}}
        target: {table: "pm.{measInfoId}"}
        """
        .formatted(name, poll);
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(dir.resolve(file), text);
  }

  private Duration poll(String name) {
    return feeds.current().get(name).orElseThrow().source().poll();
  }

  @Test
  void loadsFeeds_whenOpened() throws IOException {
    write("b.yml", feed("beta", "1m"));
    write("a.yaml", feed("alpha", "1m"));
    write("notes.txt", "not a feed");
    write(".hidden.yaml", "not a feed");
    Files.createDirectory(dir.resolve("sub.yaml"));
    reopen(dir);

    assertThat(feeds.current().byName().keySet()).containsExactly("alpha", "beta");
    assertThat(feeds.current().loadedAt()).isEqualTo(NOW);
    assertThat(feeds.problems()).isEmpty();
  }

  @Test
  void saysWhetherOthersAreInEffect_whenFilesChange() throws IOException {
    write("a.yaml", feed("alpha", "1m"));
    write("b.yaml", feed("beta", "1m"));
    assertThat(feeds.refresh()).isTrue();
    assertThat(feeds.current().byName().keySet()).containsExactly("alpha", "beta");
    write("a.yaml", feed("alpha", "2m"));
    write("c.yaml", feed("gamma", "1m"));
    Files.delete(dir.resolve("b.yaml"));
    assertThat(feeds.refresh()).isTrue();
    assertThat(feeds.refresh()).as("nothing new").isFalse();

    assertThat(feeds.current().byName().keySet()).containsExactly("alpha", "gamma");
    assertThat(poll("alpha")).isEqualTo(Duration.ofMinutes(2));
  }

  @Test
  void changesNothing_whenOnlyCommentsChange() throws IOException {
    write("a.yaml", feed("alpha", "1m"));
    feeds.refresh();
    write("a.yaml", "# a comment\n" + feed("alpha", "60s"));
    assertThat(feeds.refresh()).isFalse();
  }

  @Test
  void keepsLastGoodFeed_whenItsFileBreaks() throws IOException {
    write("a.yaml", feed("alpha", "1m"));
    write("b.yaml", feed("beta", "1m"));
    feeds.refresh();
    write("a.yaml", feed("alpha", "often"));
    write("b.yaml", feed("beta", "2m"));
    feeds.refresh();

    assertThat(poll("alpha")).isEqualTo(Duration.ofMinutes(1));
    assertThat(poll("beta")).isEqualTo(Duration.ofMinutes(2));
    assertThat(feeds.problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.file()).endsWith("a.yaml");
              assertThat(problem.line()).isEqualTo(2);
            });

    write("a.yaml", feed("alpha", "3m"));
    feeds.refresh();
    assertThat(poll("alpha")).isEqualTo(Duration.ofMinutes(3));
    assertThat(feeds.problems()).isEmpty();
  }

  @Test
  void startsWithTheOthers_whenOneFeedIsBroken() throws IOException {
    write("a.yaml", "feed: [");
    write("b.yaml", feed("beta", "1m"));
    write("c.yaml", "caf\u00e9");
    Files.write(dir.resolve("d.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
    reopen(dir);

    assertThat(feeds.current().byName()).containsOnlyKeys("beta");
    assertThat(feeds.problems())
        .extracting(p -> Path.of(p.file()).getFileName().toString())
        .containsExactly("a.yaml", "c.yaml", "d.yaml");
  }

  @Test
  void keepsFeedOfFirstFile_whenAnotherTakesItsName() throws IOException {
    write("b.yaml", feed("alpha", "1m"));
    feeds.refresh();
    write("a.yaml", feed("alpha", "2m"));
    assertThat(feeds.refresh()).isFalse();

    assertThat(poll("alpha")).isEqualTo(Duration.ofMinutes(1));
    assertThat(feeds.problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.toString()).contains("a.yaml:1:7: feed alpha is also in b.yaml");
              assertThat(problem.pointer()).isEqualTo("/feed");
            });

    Files.delete(dir.resolve("b.yaml"));
    feeds.refresh();
    assertThat(poll("alpha")).isEqualTo(Duration.ofMinutes(2));
    assertThat(feeds.problems()).isEmpty();
  }

  @Test
  void checksAllFiles_whenAskedForADirectory() throws IOException {
    write("a.yaml", feed("alpha", "1m"));
    write("b.yaml", feed("alpha", "1m"));
    write("c.yaml", feed("gamma", "x"));
    assertThat(FeedParser.parseAll(dir))
        .satisfies(
            results -> {
              assertThat(results).hasSize(3);
              assertThat(results.get(dir.resolve("a.yaml")).feed()).isPresent();
              assertThat(results.get(dir.resolve("b.yaml")).problems()).hasSize(1);
              assertThat(results.get(dir.resolve("c.yaml")).problems()).hasSize(1);
            });
    assertThat(FeedParser.parseAll(dir.resolve("a.yaml"))).hasSize(1);
  }

  @Test
  void noticesChange_whenConfigMapSwapsItsLink() throws IOException {
    Path mount = Files.createDirectory(dir.resolve("mount"));
    generation(mount, "..1", "1m");
    link(mount, "..1");
    Files.createSymbolicLink(mount.resolve("a.yaml"), Path.of("..data/a.yaml"));
    reopen(mount);
    assertThat(poll("alpha")).isEqualTo(Duration.ofMinutes(1));

    generation(mount, "..2", "2m");
    link(mount, "..2");
    assertThat(feeds.refresh()).isTrue();
    assertThat(poll("alpha")).isEqualTo(Duration.ofMinutes(2));
  }

  private static void generation(Path mount, String name, String poll) throws IOException {
    Path files = Files.createDirectory(mount.resolve(name));
    Files.writeString(files.resolve("a.yaml"), feed("alpha", poll));
  }

  private static void link(Path mount, String generation) throws IOException {
    Path swap = Files.createSymbolicLink(mount.resolve("..swap"), Path.of(generation));
    Files.move(
        swap,
        mount.resolve("..data"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void keepsFeeds_whenDirectoryGoesAway() throws IOException {
    write("a.yaml", feed("alpha", "1m"));
    feeds.refresh();
    Path away = dir.resolveSibling(dir.getFileName() + "-away");
    Files.move(dir, away);
    try {
      assertThat(feeds.refresh()).isFalse();
      assertThat(feeds.current().get("alpha")).isPresent();
      assertThat(feeds.problems()).singleElement().asString().contains("directory of feeds");
    } finally {
      Files.move(away, dir);
    }
    feeds.refresh();
    assertThat(feeds.problems()).isEmpty();
  }

  @Test
  void keepsFeed_whenItsLinkDangles() throws IOException {
    write("a.yaml", feed("alpha", "1m"));
    feeds.refresh();
    Files.delete(dir.resolve("a.yaml"));
    Files.createSymbolicLink(dir.resolve("a.yaml"), Path.of("nowhere"));
    feeds.refresh();
    assertThat(feeds.current().get("alpha")).isPresent();
    assertThat(feeds.problems()).singleElement().asString().contains("cannot be read");
  }

  @Test
  void reloadsByItself_whenWatching() throws IOException {
    feeds.watch(Duration.ofMillis(20));
    write("a.yaml", feed("alpha", "1m"));
    await().atMost(Duration.ofSeconds(10)).until(() -> feeds.current().get("alpha").isPresent());
  }

  private static String into(String table, String name, String target) {
    return """
        feed: %s
        source: {directory: {path: "/in/*.xml"}}
        format: {3gpp-pm: {}}
        target:
          table: "%s"
          %s
        """
        .formatted(name, table, target);
  }

  @Test
  void refusesTheSecondFeedOfATable_thatDeclaresItOtherwise() throws IOException {
    write("a.yaml", into("pm.x", "alpha", "partition: {by: day}"));
    write("b.yaml", into("pm.x", "beta", "partition: {by: week}"));
    write("c.yaml", into("pm.x", "gamma", "mode: append"));
    write("d.yaml", into("pm.{feed}", "delta", "layout: tall"));
    feeds.refresh();

    assertThat(feeds.current().byName()).containsOnlyKeys("alpha", "gamma", "delta");
    assertThat(feeds.problems())
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.toString())
                    .contains(
                        "b.yaml:6:19: feed beta writes to pm.x like feed alpha of a.yaml, which has"
                            + " target.partition.by day, not week."));
  }

  @Test
  void refusesAFormerName_thatIsStillDeclared() throws IOException {
    write("a.yaml", feed("alpha", "1m"));
    write("b.yaml", "formerly: alpha\n" + into("pm.y", "beta", ""));
    feeds.refresh();
    assertThat(feeds.current().byName()).containsOnlyKeys("alpha");
    assertThat(feeds.problems())
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.toString())
                    .contains("b.yaml:1:11: feed alpha is also in a.yaml. Remove it there"));

    Files.delete(dir.resolve("a.yaml"));
    write("c.yaml", "formerly: alpha\n" + into("pm.z", "gamma", ""));
    feeds.refresh();
    assertThat(feeds.current().get("beta").orElseThrow().formerly()).contains("alpha");
    assertThat(feeds.problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.toString()).contains("also in b.yaml"));
  }

  @Test
  void takesAFormerName_whereItStood() throws IOException {
    write("a.yaml", feed("alpha", "1m"));
    feeds.refresh();
    write("a.yaml", "formerly: alpha\n" + feed("beta", "1m"));
    feeds.refresh();
    assertThat(feeds.problems()).isEmpty();
    assertThat(feeds.current().byName()).containsOnlyKeys("beta");

    write("a.yaml", "formerly: beta\n" + feed("beta", "1m"));
    feeds.refresh();
    assertThat(feeds.problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.pointer()).isEqualTo("/formerly"));
  }
}
