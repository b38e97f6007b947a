package io.sluice.getter.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.getter.GetterFixture;
import io.sluice.getter.scan.ScanResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that cannot be read because something around them is broken, and links that lead around.
 */
class BrokenSurroundingsTest {

  @TempDir Path dir;
  private GetterFixture getter;
  private Path away;

  @BeforeEach
  void open() throws IOException {
    getter = new GetterFixture(dir);
    away = dir.resolve("away");
  }

  @AfterEach
  void close() {
    getter.close();
  }

  @Test
  void letsFilesWait_whileTheBaseDirectoryIsMissing() throws IOException {
    getter.feed("keep");
    getter.write("a.xml", "<a/>");
    getter.scan();
    Files.move(getter.in, away);
    getter.fetchAll();
    assertThat(getter.states()).containsExactly("a.xml discovered");
    assertThat(getter.text("select attempts from sluice.work")).isEqualTo("0");
    Files.move(away, getter.in);
    fetchNow();
    assertThat(getter.states()).containsExactly("a.xml fetched");
  }

  @Test
  void letsFilesWait_whileTheBaseDirectoryIsAnEmptyMountPoint() throws IOException {
    getter.feed("keep");
    getter.write("a.xml", "<a/>");
    getter.scan();
    Files.move(getter.in, away);
    Files.createDirectory(getter.in);
    getter.fetchAll();
    assertThat(getter.states()).containsExactly("a.xml discovered");
    assertThat(getter.scan()).as("scan of the empty mount point").isEmpty();
    assertThat(getter.text("select error from sluice.scan")).contains("1 files at");
    Files.delete(getter.in);
    Files.move(away, getter.in);
    fetchNow();
    assertThat(getter.states()).containsExactly("a.xml fetched");
  }

  @Test
  void fetchesTheRest_whenOneFileCannotBeOpened() throws IOException {
    getter.feed("keep");
    getter.write("a.xml", "<a/>");
    getter.write("b.xml", "<b/>");
    getter.scan();
    Files.delete(getter.in.resolve("a.xml"));
    Files.createSymbolicLink(getter.in.resolve("a.xml"), Path.of("a.xml")); // leads to itself
    getter.fetchAll();
    assertFailed("a.xml", "b.xml");
  }

  /** As a broken sector is noticed. */
  @Test
  void fetchesTheRest_whenOneFileCannotBeRead() throws IOException {
    getter.feed("keep");
    getter.write("a.xml", "<a/>");
    getter.write("b.xml", "<b/>");
    getter.scan();
    Files.delete(getter.in.resolve("a.xml"));
    Files.createDirectory(getter.in.resolve("a.xml")); // can be opened, but not read
    getter.fetchAll();
    assertFailed("a.xml", "b.xml");
  }

  private void assertFailed(String bad, String good) {
    assertThat(getter.states()).containsExactlyInAnyOrder(bad + " discovered", good + " fetched");
    assertThat(getter.text("select attempts from sluice.work where stage = 'fetch'"))
        .isEqualTo("1");
    assertThat(getter.reason(bad)).startsWith("source: ").contains(bad);
    assertThat(getter.text("select error from sluice.scan")).as("the host is not away").isNull();
  }

  @Test
  void leavesTheSourceAlone_whileTheBaseDirectoryIsMissing() throws IOException {
    getter.feed("delete");
    getter.write("a.xml", "<a/>");
    getter.line();
    getter.loadAll();
    Files.move(getter.in, away);
    getter.settleAll();
    assertThat(getter.text("select stage || ' ' || state from sluice.work"))
        .isEqualTo("settle waiting");
  }

  @Test
  void takesEachFileOnce_whenALinkLeadsToAParent() throws IOException {
    getter.feed("keep");
    getter.write("deep/a.xml", "<a/>");
    Files.createSymbolicLink(getter.in.resolve("deep/up"), getter.in);
    assertThat(getter.scan()).hasValue(new ScanResult(1, 1, 0, 0, 0, 0, 1));
    assertThat(getter.states())
        .containsExactlyInAnyOrder("deep/a.xml discovered", "deep/up skipped");
  }

  private void fetchNow() {
    getter.execute("update sluice.scan set error = null");
    getter.fetchAll();
  }
}
