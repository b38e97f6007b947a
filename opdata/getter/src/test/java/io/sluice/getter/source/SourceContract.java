package io.sluice.getter.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every kind of source does with links, and with a base directory that is not what it was. */
abstract class SourceContract {

  private static final Instant NOW = Instant.parse("2026-11-20T09:00:00Z");

  @TempDir Path dir;

  /** The base directory, on this machine. */
  Path base;

  private final List<String> seen = new ArrayList<>();

  @BeforeEach
  void makeBase() throws IOException {
    base = Files.createDirectories(dir.toRealPath().resolve("root/pm"));
  }

  /** A source of the files below {@link #base}. */
  abstract Source source();

  /** What the source calls the file. */
  abstract String path(Path file);

  @Test
  void listsEachDirectoryOnce_whenALinkLeadsToAParent() throws IOException {
    write("a/b/one.xml");
    link("a/b/up", base);
    link("a/self", base.resolve("a"));
    Listing listing = list();
    assertThat(seen).containsExactly("a/b/one.xml");
    assertThat(listing.repeated()).isEqualTo(2);
    assertThat(listing.leftOut().stream().map(Listing.LeftOut::path))
        .containsExactlyInAnyOrder(path(base.resolve("a/b/up")), path(base.resolve("a/self")));
  }

  @Test
  void countsDirectoryUnderItsFirstPath_whenItHasTwo() throws IOException {
    write("real/one.xml");
    link("also", base.resolve("real"));
    Listing listing = list();
    assertThat(seen).containsExactly("also/one.xml");
    assertThat(listing.leftOut().stream().map(Listing.LeftOut::path))
        .containsExactly(path(base.resolve("real")));
  }

  @Test
  void countsFileUnderItsOwnName_whenALinkShowsItToo() throws IOException {
    write("deep/one.xml");
    link("latest.xml", base.resolve("deep/one.xml"));
    Listing listing = list();
    assertThat(seen).containsExactly("deep/one.xml");
    assertThat(listing.files()).isEqualTo(1);
    assertThat(listing.leftOut().stream().map(Listing.LeftOut::path))
        .containsExactly(path(base.resolve("latest.xml")));
  }

  @Test
  void followsLinks_thatLeadOutOfTheBase() throws IOException {
    Path elsewhere = Files.createDirectories(base.resolveSibling("elsewhere"));
    Files.writeString(elsewhere.resolve("one.xml"), "1");
    Files.writeString(base.resolveSibling("two.xml"), "2");
    link("there", elsewhere);
    link("two.xml", base.resolveSibling("two.xml"));
    link("twoagain.xml", base.resolveSibling("two.xml"));
    link("nowhere.xml", base.resolve("none"));
    Listing listing = list();
    assertThat(seen).containsExactlyInAnyOrder("there/one.xml", "two.xml");
    assertThat(listing.repeated()).isEqualTo(1);
    assertThat(read("there/one.xml")).isEqualTo("1");
  }

  @Test
  void saysMissing_whenTheFileIsGone_andItsBaseIsThere() throws IOException {
    write("one.xml");
    assertMissing("none.xml");
    assertThat(read("one.xml")).isEqualTo("one.xml");
  }

  @Test
  void saysAway_whenTheBaseIsGone() throws IOException {
    write("one.xml");
    list();
    Files.move(base, base.resolveSibling("pm.away"));
    assertAway("one.xml", "does not exist; create it, mount it or correct the feed's path");
    assertThatThrownBy(this::list).isInstanceOf(SourceAway.class);
    Files.move(base.resolveSibling("pm.away"), base);
    assertMissing("none.xml");
    assertThat(list().files()).isEqualTo(1);
  }

  @Test
  void saysAway_whenTheBaseIsEmpty_asAMountPointWithoutItsVolume() throws IOException {
    write("one.xml");
    list();
    Files.move(base, base.resolveSibling("pm.away"));
    Files.createDirectory(base);
    assertAway("one.xml", "1 files at");
    assertThatThrownBy(this::list).isInstanceOf(SourceAway.class).hasMessageContaining("1 files");
    assertAway("one.xml", "1 files at");
    Files.delete(base);
    Files.move(base.resolveSibling("pm.away"), base);
    assertThat(read("one.xml")).isEqualTo("one.xml");
    assertThat(list().files()).isEqualTo(1);
  }

  @Test
  void saysAway_whenTheBaseIsEmpty_andWasNeverListed() {
    assertAway("one.xml", "is empty, and was not listed before");
  }

  @Test
  void listsAnEmptyBase_onlyIfItNeverHeldFiles() throws IOException {
    assertThatThrownBy(() -> list(12))
        .isInstanceOf(SourceAway.class)
        .hasMessageContaining("is empty, but held 12 files when it was last listed");
    assertThat(list().files()).isZero();
    assertMissing("one.xml");
  }

  @Test
  void saysMissing_whenSluiceItselfEmptiedTheBase() throws IOException {
    write("one.xml");
    list();
    try (SourceSession session = source().connect(Source.Purpose.SETTLE)) {
      session.delete(path(base.resolve("one.xml")));
    }
    assertMissing("one.xml");
    assertThat(list().files()).isZero();
  }

  final void write(String name) throws IOException {
    Path file = base.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, name);
  }

  final Listing list() throws IOException {
    return list(0);
  }

  final void assertMissing(String name) {
    assertThatThrownBy(() -> stat(name)).isInstanceOf(SourceFileMissing.class);
    assertThatThrownBy(() -> read(name)).isInstanceOf(SourceFileMissing.class);
  }

  final void assertAway(String name, String message) {
    assertThatThrownBy(() -> stat(name))
        .isInstanceOf(SourceAway.class)
        .hasMessageContaining(message);
    assertThatThrownBy(() -> read(name))
        .isInstanceOf(SourceAway.class)
        .hasMessageContaining(message);
  }

  private Listing list(long filesBefore) throws IOException {
    seen.clear();
    String prefix = path(base) + "/";
    try (SourceSession session = source().connect(Source.Purpose.SCAN)) {
      return session.list(
          TestOrigin.level(path(base) + "/**/*.xml"),
          filesBefore,
          file -> seen.add(file.path().substring(prefix.length())));
    }
  }

  final SourceFile stat(String name) throws IOException {
    try (SourceReader reader = new SourceReader(source(), Source.Purpose.FETCH, time -> {})) {
      return reader.stat(path(base.resolve(name)));
    }
  }

  final String read(String name) throws IOException {
    SourceFile file = new SourceFile(path(base.resolve(name)), 5, NOW);
    try (SourceReader reader = new SourceReader(source(), Source.Purpose.FETCH, time -> {});
        SourceStream in = reader.open(file)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private void link(String name, Path target) throws IOException {
    Path link = base.resolve(name);
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, target);
  }
}
