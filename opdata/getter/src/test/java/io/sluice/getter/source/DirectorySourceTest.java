package io.sluice.getter.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.feed.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DirectorySourceTest extends SourceContract {

  private final Sources sources = new Sources();

  @AfterEach
  void close() {
    sources.close();
  }

  @Override
  Source source() {
    return sources.of(new Origin.Directory(base + "/**/*.xml"), base.toString()).get(0);
  }

  @Override
  String path(Path file) {
    return file.toString();
  }

  @Test
  void saysMissing_whenOthersEmptiedTheBase_thatIsStillTheSame() throws IOException {
    write("one.xml");
    list();
    Files.delete(base.resolve("one.xml"));
    assertMissing("one.xml");
    assertThat(list().files()).isZero();
  }

  @Test
  void saysAway_whenTheBaseWasReplaced_untilItIsListedWithFiles() throws IOException {
    write("one.xml");
    list();
    Files.move(base, base.resolveSibling("pm.away"));
    write("other.txt");
    assertAway("one.xml", "is not the one that held 1 files at");
    write("two.xml");
    assertAway("one.xml", "is not the one");
    assertThat(list().files()).isEqualTo(1);
    assertMissing("one.xml");
  }

  @Test
  void saysThatTheFileFailed_onlyWhileTheBaseIsThere() throws IOException {
    write("one.xml");
    list();
    Files.createSymbolicLink(base.resolve("loop.xml"), Path.of("loop.xml"));
    assertThatThrownBy(() -> stat("loop.xml")).isInstanceOf(SourceFileFailed.class);
    assertThatThrownBy(() -> read("loop.xml")).isInstanceOf(SourceFileFailed.class);
    Files.createDirectory(base.resolve("two.xml"));
    assertThatThrownBy(() -> read("two.xml"))
        .isInstanceOf(SourceFileFailed.class)
        .hasMessageContaining("localhost cannot ");
    Files.move(base, base.resolveSibling("pm.away"));
    Files.createDirectory(base);
    Files.createSymbolicLink(base.resolve("loop.xml"), Path.of("loop.xml"));
    assertAway("loop.xml", "is not the one that held 1 files at");
  }

  @Test
  void leavesOutALinkToItself() throws IOException {
    write("one.xml");
    Files.createSymbolicLink(base.resolve("loop.xml"), Path.of("loop.xml"));
    Listing listing = list();
    assertThat(listing.files()).isEqualTo(1);
    assertThat(listing.unreadable()).isEqualTo(1);
  }
}
