package io.sluice.getter.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.feed.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One connection, and sessions that would each keep it for good. */
@Timeout(60)
class GivingWayTest {

  @TempDir Path dir;
  private final Sources sources = new Sources();
  private TestSftpServer server;
  private Source source;

  @BeforeEach
  void start() throws Exception {
    Path pm = Files.createDirectories(dir.resolve("root/pm"));
    Files.writeString(pm.resolve("A.xml"), "a");
    server = new TestSftpServer(pm.getParent());
    source =
        new TestOrigin(dir, new HostPort("127.0.0.1", server.port()))
            .connections(1)
            .source(sources, "/pm");
  }

  @AfterEach
  void stop() throws IOException {
    sources.close();
    server.close();
  }

  @Test
  void letsOthersIn_betweenTwoFiles_andGoesOn() throws Exception {
    int after = 0;
    try (SourceSession session = source.connect(Source.Purpose.FETCH)) {
      CompletableFuture<Listing> scan = CompletableFuture.supplyAsync(this::scan);
      while (!scan.isDone()) {
        assertThat(session.stat("/pm/A.xml").size()).isEqualTo(1);
      }
      assertThat(scan.get(1, TimeUnit.SECONDS).files()).isEqualTo(1);
      while (after < 10) {
        assertThat(session.stat("/pm/A.xml").size()).isEqualTo(1);
        after++;
      }
    }
    assertThat(server.sessions()).as("all on one connection").isEqualTo(1);
  }

  private Listing scan() {
    try (SourceSession session = source.connect(Source.Purpose.SCAN)) {
      return session.list(TestOrigin.level("/pm/*.xml"), 0, file -> {});
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
