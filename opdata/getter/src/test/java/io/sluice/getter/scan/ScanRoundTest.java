package io.sluice.getter.scan;

import static org.awaitility.Awaitility.await;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.Feeds;
import io.sluice.core.thread.Threads;
import io.sluice.getter.GetterFixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScanRoundTest {

  @TempDir Path dir;

  /**
   * A dozen feeds of a server that accepts and says nothing, before the others, and three threads.
   */
  @Test
  void scansOtherHosts_whileOneDoesNotAnswer() throws IOException {
    ExecutorService threads = Threads.pool(3, Threads.forWaiting("scan"));
    try (GetterFixture getter = new GetterFixture(dir);
        ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Map<String, Feed> feeds = new LinkedHashMap<>();
      for (int i = 0; i < 12; i++) {
        feeds.put("ems" + i, getter.yaml(slow("ems" + i, silent.getLocalPort())));
      }
      Feed directory = getter.feed("keep");
      feeds.put(directory.name(), directory);
      Feeds all = new Feeds(feeds, Instant.EPOCH);
      getter.write("a.xml", "<a/>");
      ScanRound round =
          new ScanRound(() -> all, getter.sources, getter.scanner, threads, getter.clock);
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                round.run();
                return "1".equals(getter.text("select count(*) from sluice.file"));
              });
    } finally {
      threads.shutdownNow();
    }
  }

  private String slow(String name, int port) throws IOException {
    return """
        feed: %s
        source:
          sftp:
            hosts: ["127.0.0.1:%d"]
            user: pm
            password: ${file:%s}
            knownHosts: %s
            path: /pm/*.xml
            timeout: 60s
          since: 7d
        format: {3gpp-pm: {}}
        target: {table: "pm.{measInfoId}"}
        """
        .formatted(
            name,
            port,
            Files.writeString(dir.resolve("password"), "right"),
            Files.writeString(dir.resolve("known_hosts"), ""));
  }
}
