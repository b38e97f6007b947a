package io.sluice.getter.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.feed.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading from two servers that ought to serve the same files. */
class SourceReaderTest {

  private static final SourceFile FILE = new SourceFile("/pm/A.xml", 1, Instant.EPOCH);

  @TempDir Path dir;
  private final Sources sources = new Sources(new SftpConnector(), time -> {});
  private TestSftpServer first;
  private TestSftpServer second;

  @BeforeEach
  void start() throws Exception {
    Files.createDirectories(dir.resolve("1/pm"));
    Files.createDirectories(dir.resolve("2/pm"));
    first = new TestSftpServer(dir.resolve("1"));
    second = new TestSftpServer(dir.resolve("2"));
  }

  @AfterEach
  void stop() throws IOException {
    sources.close();
    first.close();
    second.close();
  }

  @Test
  void asksTheOtherServer_whenTheFileIsNotOnTheFirst() throws IOException {
    Files.writeString(dir.resolve("1/pm/B.xml"), "b");
    Files.writeString(dir.resolve("2/pm/A.xml"), "a");
    assertThat(read()).isEqualTo("a");
  }

  @Test
  void asksTheOtherServer_whenTheBaseIsNotOnTheFirst() throws IOException {
    Files.delete(dir.resolve("1/pm"));
    Files.writeString(dir.resolve("2/pm/A.xml"), "a");
    assertThat(read()).isEqualTo("a");
    try (SourceSession session = source().connect(Source.Purpose.SCAN)) {
      assertThat(session.server()).as("best now").isEqualTo("127.0.0.1:" + second.port());
    }
  }

  @Test
  void saysMissing_onlyWhenNoServerHasTheFile() throws IOException {
    Files.writeString(dir.resolve("1/pm/B.xml"), "b");
    Files.writeString(dir.resolve("2/pm/B.xml"), "b");
    assertThatThrownBy(this::read).isInstanceOf(SourceFileMissing.class);
  }

  @Test
  void letsOnlyThisFileWait_whenTheServerThatMayHaveItIsAway() throws IOException {
    Files.writeString(dir.resolve("1/pm/B.xml"), "b");
    second.close();
    assertThatThrownBy(this::read)
        .isInstanceOf(SourceMirrorAway.class)
        .hasMessageContaining("/pm/A.xml is no longer on 127.0.0.1:" + first.port())
        .hasMessageContaining("cannot connect to 127.0.0.1:" + second.port());
  }

  @Test
  void saysAway_whenNoServerHasTheBase() throws IOException {
    Files.delete(dir.resolve("1/pm"));
    Files.delete(dir.resolve("2/pm"));
    assertThatThrownBy(this::read)
        .isInstanceOf(SourceAway.class)
        .isNotInstanceOf(SourceMirrorAway.class)
        .hasMessageContaining("directory /pm on 127.0.0.1");
  }

  @Test
  void readsOnFromTheOtherServer_whenTheFirstBreaks_holdingOneConnectionAtATime() throws Exception {
    String content = "0123456789".repeat(300_000);
    Instant time = Instant.parse("2026-11-20T09:00:00Z");
    for (String server : new String[] {"1", "2"}) {
      Path file = Files.writeString(dir.resolve(server + "/pm/A.xml"), content);
      Files.setLastModifiedTime(file, FileTime.from(time));
    }
    first.onRead(
        (path, offset) -> {
          if (offset > 1_000_000) {
            first.stopAccepting();
            first.dropSessions();
          }
        });
    try (SourceReader reader = reader();
        SourceStream in = reader.open(new SourceFile("/pm/A.xml", content.length(), time))) {
      assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo(content);
      assertThat(in.stat().size()).isEqualTo(content.length());
      assertThat(second.sessions()).isEqualTo(1);
    }
  }

  private String read() throws IOException {
    try (SourceReader reader = reader();
        SourceStream in = reader.open(FILE)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private SourceReader reader() {
    return new SourceReader(source(), Source.Purpose.FETCH, time -> {});
  }

  private Source source() {
    HostPort one = new HostPort("127.0.0.1", first.port());
    HostPort other = new HostPort("127.0.0.1", second.port());
    return new TestOrigin(dir, one, other).connections(1).source(sources, "/pm");
  }
}
