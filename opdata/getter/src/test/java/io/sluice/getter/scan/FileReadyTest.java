package io.sluice.getter.scan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.feed.Feeds;
import io.sluice.getter.GetterFixture;
import io.sluice.getter.scan.FileReady.Accepted;
import io.sluice.getter.source.SourceAway;
import io.sluice.getter.source.TestSftpServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileReadyTest {

  private static final String VES =
      """
      {"event": {"commonEventHeader": {"domain": "notification"},
        "notificationFields": {"changeType": "FileReady", "arrayOfNamedHashMap": [
          {"name": "A.xml.gz", "hashMap": {"location": "sftp://bulk:pm@127.0.0.1:%d/pm/A.xml.gz",
            "compression": "gzip"}},
          {"name": "none.xml.gz", "hashMap": {"location": "sftp://127.0.0.1:%d/pm/none.xml.gz"}},
          {"name": "B.xml.gz", "hashMap": {"location": "sftp://elsewhere/pm/B.xml.gz"}}]}}}
      """;

  @TempDir Path dir;
  private GetterFixture getter;
  private FileReady ready;

  @BeforeEach
  void open() throws IOException {
    getter = new GetterFixture(dir);
    ready =
        new FileReady(
            () -> getter.feeds, getter.sources, getter.intake, getter.transactions, getter.clock);
  }

  @AfterEach
  void close() {
    getter.close();
  }

  @Test
  void takesFilesOfAVesNotification_andSaysWhichItCouldNot() throws Exception {
    Path root = Files.createDirectories(dir.resolve("root/pm")).getParent();
    Files.writeString(root.resolve("pm/A.xml.gz"), "content");
    Files.writeString(dir.resolve("password"), "right");
    try (TestSftpServer server = new TestSftpServer(root)) {
      sftpFeed(server);
      byte[] ves = VES.formatted(server.port(), server.port()).getBytes(UTF_8);
      Accepted accepted = ready.accept(ves);
      assertThat(accepted.found()).isEqualTo(1);
      assertThat(accepted.problems())
          .hasSize(2)
          .anyMatch(p -> p.contains("/pm/none.xml.gz is no longer on"))
          .anyMatch(
              p -> p.contains("elsewhere:/pm/B.xml.gz matches the source and path of no feed"));
      assertThat(ready.accept(ves).known()).isEqualTo(1);
      assertThat(getter.column("select host || path || size from sluice.file"))
          .containsExactly("127.0.0.1:" + server.port() + "/pm/A.xml.gz7");
    }
  }

  @Test
  void takesPlainFiles_alsoThoseAScanHasNotSettled() throws IOException {
    getter.feed("keep");
    Path file = getter.write("a.xml", "<a/>");
    GetterFixture.touch(file, getter.clock.instant());
    byte[] plain = "[{\"feed\": \"pm\", \"path\": \"%s\"}]".formatted(file).getBytes(UTF_8);
    assertThat(ready.accept(plain)).isEqualTo(new Accepted(1, 0, List.of()));
    assertThat(ready.accept(plain)).isEqualTo(new Accepted(0, 1, List.of()));
    assertThat(getter.states()).containsExactly("a.xml discovered");
  }

  @Test
  void refuses_whatLeadsOutOfTheFeedsPath() throws IOException {
    getter.feed("keep");
    Path secret = Files.writeString(dir.resolve("secret"), "x");
    assertThat(accept("{\"path\": \"" + secret + "\"}").problems()).hasSize(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> accept("{\"path\": \"" + getter.in + "/../secret\"}"));
    assertThat(getter.states()).isEmpty();
  }

  private void rename() throws IOException {
    getter.yaml(
        Files.readString(dir.resolve("feed.yaml"))
            .replace("feed: pm\n", "feed: pm-new\nformerly: pm\n"));
  }

  @Test
  void takesNothingUnderTheFormerName_onceTheFeedIsRenamed() throws IOException {
    getter.feed("keep");
    Path file = getter.write("a.xml", "<a/>");
    getter.scan();
    Feeds before = getter.feeds;
    rename();
    getter.scan();

    getter.feeds = before; // this service has not read the new name yet
    assertThatThrownBy(() -> accept("{\"path\": \"" + file + "\"}"))
        .isInstanceOf(SourceAway.class)
        .hasMessageContaining("feed pm or its host localhost has another name now");
    assertThat(getter.column("select feed from sluice.file")).containsExactly("pm-new");
  }

  @Test
  void keepsAFeedFromBeingRenamed_whileFilesAreWrittenDownUnderTheFormerName() throws IOException {
    getter.feed("keep");
    getter.scan();
    Path file = getter.write("a.xml", "<a/>");
    assertThat(accept("{\"path\": \"" + file + "\"}").found()).isEqualTo(1);
    rename();
    assertThat(getter.scan()).isEmpty();
    assertThat(getter.text("select error from sluice.scan where feed = 'pm-new'"))
        .isEqualTo(
            "feed pm-new: another getter still finds files under its former name pm; it is tried again until that has read the feed");
    assertThatThrownBy(() -> accept("{\"path\": \"" + file + "\"}"))
        .isInstanceOf(SourceAway.class)
        .hasMessageContaining("another getter still finds");

    getter.execute("update sluice.lease set until = now() where name like 'file-ready %'");
    assertThat(getter.scan()).hasValueSatisfying(r -> assertThat(r.found()).isZero());
    assertThat(getter.column("select feed from sluice.file")).containsExactly("pm-new");
  }

  @Test
  void saysWhatIsMissing_whenItIsNoNotification() throws IOException {
    getter.feed("keep");
    assertRefused("not json", "not JSON");
    assertRefused("{}", "path is missing");
    assertRefused("{\"event\": {}}", "arrayOfNamedHashMap is missing");
    assertRefused(
        "{\"event\": {\"notificationFields\": {\"arrayOfNamedHashMap\": [{\"name\": \"x\"}]}}}",
        "hashMap.location of 'x' is missing");
    assertRefused(
        "{\"event\": {\"notificationFields\": {\"arrayOfNamedHashMap\": ["
            + "{\"hashMap\": {\"location\": \"ftpes://u:secret@h/p\"}}]}}}",
        "use sftp://host:22/path or file:///path");
  }

  private Accepted accept(String json) throws IOException {
    return ready.accept(json.getBytes(UTF_8));
  }

  private void assertRefused(String json, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> accept(json))
        .withMessageContaining(why)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
  }

  private void sftpFeed(TestSftpServer server) throws IOException {
    Path known = server.knownHosts(dir.resolve("known_hosts"));
    getter.yaml(
        """
        feed: pm
        source:
          sftp:
            hosts: ["127.0.0.1:%d"]
            user: pm
            password: ${file:%s}
            knownHosts: %s
            path: /pm/*.xml.gz
        format: {3gpp-pm: {}}
        target: {table: "pm.{measInfoId}"}
        """
            .formatted(server.port(), dir.resolve("password"), known));
  }
}
