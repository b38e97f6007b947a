package io.sluice.getter.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.feed.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that say nothing, or nothing more: no wait is longer than the feed's timeout. */
@Timeout(60)
class SilentServerTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  @TempDir Path dir;
  private final Sources sources = new Sources(new SftpConnector(), time -> {});
  private final byte[] content = new byte[3_000_000];
  private TestSftpServer server;

  @BeforeEach
  void start() throws Exception {
    new Random(1).nextBytes(content);
    Path pm = Files.createDirectories(dir.resolve("root/pm"));
    Files.write(pm.resolve("A.xml"), content);
    server = new TestSftpServer(pm.getParent());
  }

  @AfterEach
  void stop() throws IOException {
    sources.close();
    server.close();
  }

  @Test
  void givesUp_whenTheServerAcceptsAndSaysNothing() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Source source = source(silent.getLocalPort());
      assertThatThrownBy(() -> source.connect(Source.Purpose.SCAN))
          .isInstanceOf(SourceAway.class)
          .isNotInstanceOf(SourceBusy.class)
          .hasMessageContaining("cannot connect to 127.0.0.1:" + silent.getLocalPort());
    }
  }

  @Test
  void readsOnOverNewSessions_whenEachStopsInTheMiddleOfTheFile() throws IOException {
    try (Relay relay = new Relay(server.port(), 1_200_000);
        SourceReader reader = reader(source(relay.port()));
        SourceStream in = reader.open(reader.stat("/pm/A.xml"))) {
      assertThat(in.readAllBytes()).isEqualTo(content);
      assertThat(relay.connections()).isEqualTo(3);
    }
  }

  @Test
  void givesUp_whenNoSessionBringsAByte() throws IOException {
    SourceFile file;
    try (SourceReader reader = reader(source(server.port()))) {
      file = reader.stat("/pm/A.xml");
    }
    server.onRead((path, offset) -> server.hang());
    try (SourceReader reader = reader(source(server.port()));
        SourceStream in = reader.open(file)) {
      assertThatThrownBy(in::readAllBytes).isInstanceOf(SourceAway.class);
    } finally {
      server.resume();
    }
  }

  @Test
  void givesUp_whenAListingStopsInTheMiddle() throws IOException {
    for (int i = 0; i < 2_000; i++) {
      Files.createFile(dir.resolve("root/pm/some-long-name-of-a-file-" + i + ".xml"));
    }
    try (Relay relay = new Relay(server.port(), 100_000)) {
      Source source = source(relay.port());
      try (SourceSession session = source.connect(Source.Purpose.SCAN)) {
        assertThatThrownBy(() -> session.list(TestOrigin.level("/pm/*.xml"), 0, file -> {}))
            .isInstanceOf(SourceAway.class);
      }
    }
  }

  private Source source(int port) {
    return new TestOrigin(dir, new HostPort("127.0.0.1", port))
        .timeout(TIMEOUT)
        .source(sources, "/pm");
  }

  private static SourceReader reader(Source source) {
    return new SourceReader(source, Source.Purpose.FETCH, time -> {});
  }
}
