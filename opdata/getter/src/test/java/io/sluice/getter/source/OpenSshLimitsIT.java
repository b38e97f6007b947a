package io.sluice.getter.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sluice.testkit.PrivateSshd;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** OpenSSH as operators limit it. */
@EnabledIf("io.sluice.testkit.PrivateSshd#isInstalled")
class OpenSshLimitsIT {

  @TempDir Path dir;
  private final Sources sources = new Sources();
  private final List<Socket> strangers = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    sources.close();
    for (Socket socket : strangers) {
      socket.close();
    }
  }

  @Test
  void usesFewerConnections_whenMaxStartupsRefusesAnother() throws Exception {
    Files.writeString(dir.resolve("A.xml"), "a");
    try (PrivateSshd sshd = PrivateSshd.start(List.of("MaxStartups 2:100:3"))) {
      Source source = new TestOrigin(sshd).connections(4).source(sources, dir.toString());
      CompletableFuture<SourceFile> other;
      try (SourceSession session = source.connect(Source.Purpose.FETCH)) {
        occupyStartups(sshd);
        other = CompletableFuture.supplyAsync(() -> stat(source, Source.Purpose.SCAN));
        Awaitility.await().until(() -> sshd.log().contains("drop connection"));
        assertThat(session.stat(path("A.xml")).size()).isEqualTo(1);
      }
      assertThat(other.get(10, TimeUnit.SECONDS).size()).isEqualTo(1);
    }
  }

  @Test
  void saysSo_whenAllConnectionsAreBusyBecauseMaxStartupsRefusedMore() throws Exception {
    Files.writeString(dir.resolve("A.xml"), "a");
    try (PrivateSshd sshd = PrivateSshd.start(List.of("MaxStartups 2:100:3"))) {
      Source source =
          new TestOrigin(sshd)
              .connections(4)
              .timeout(Duration.ofSeconds(1))
              .source(sources, dir.toString());
      try (SourceSession session = source.connect(Source.Purpose.FETCH)) {
        occupyStartups(sshd);
        assertThatThrownBy(() -> source.connect(Source.Purpose.SCAN))
            .isInstanceOf(SourceBusy.class)
            .hasMessageContaining("all 1 connections")
            .hasMessageContaining("the feed allows 4")
            .hasMessageContaining("MaxStartups");
        assertThat(session.stat(path("A.xml")).size()).isEqualTo(1);
      }
    }
  }

  @Test
  void saysSo_whenMaxStartupsRefusesTheOnlyConnection() throws Exception {
    try (PrivateSshd sshd = PrivateSshd.start(List.of("MaxStartups 2:100:3"))) {
      occupyStartups(sshd);
      Source source = new TestOrigin(sshd).source(sources, dir.toString());
      assertThatThrownBy(() -> source.connect(Source.Purpose.SCAN))
          .isInstanceOf(SourceAway.class)
          .hasMessageContaining("MaxStartups");
    }
  }

  @Test
  void needsOneChannelAConnection_soThatMaxSessionsOfOneIsEnough() throws Exception {
    Files.writeString(dir.resolve("A.xml"), "a");
    try (PrivateSshd sshd = PrivateSshd.start(List.of("MaxSessions 1"))) {
      Source source = new TestOrigin(sshd).source(sources, dir.toString());
      try (SourceSession session = source.connect(Source.Purpose.FETCH);
          SourceStream in = session.open(session.stat(path("A.xml")), 0)) {
        assertThat(session.stat(path("A.xml")).size()).isEqualTo(1);
        assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("a");
        session.list(TestOrigin.level(dir + "/*"), 0, file -> {});
      }
    }
  }

  @Test
  void saysSo_whenMaxSessionsRefuses() {
    try (PrivateSshd sshd = PrivateSshd.start(List.of("MaxSessions 0"))) {
      Source source = new TestOrigin(sshd).source(sources, dir.toString());
      assertThatThrownBy(() -> source.connect(Source.Purpose.FETCH))
          .isInstanceOf(SourceAway.class)
          .hasMessageContaining("MaxSessions");
    }
  }

  @Test
  void seesOnlyItsDirectory_whenItIsLockedIntoIt() throws Exception {
    assumeThat(System.getProperty("user.name")).as("chroot needs root").isEqualTo("root");
    // OpenSSH wants every directory of the path to be root's alone, which /tmp is not.
    Path jail = Files.createTempDirectory(Path.of("/run"), "sluice-chroot-");
    Files.setPosixFilePermissions(jail, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path file = Files.createDirectories(jail.resolve("pm/20261120")).resolve("A.xml");
    Files.writeString(file, "a");
    List<String> settings = List.of("ChrootDirectory " + jail, "ForceCommand internal-sftp");
    try (PrivateSshd sshd = PrivateSshd.start(settings)) {
      Source source = new TestOrigin(sshd).source(sources, "/pm");
      List<String> seen = new ArrayList<>();
      try (SourceSession session = source.connect(Source.Purpose.SCAN)) {
        session.list(TestOrigin.level("/pm/{yyyyMMdd}/*"), 0, found -> seen.add(found.path()));
        assertThat(seen).containsExactly("/pm/20261120/A.xml");
        session.rename("/pm/20261120/A.xml", "/done/A.xml");
        session.delete("/done/A.xml");
      }
      assertThat(jail.resolve("done")).isEmptyDirectory();
    } finally {
      for (String name : List.of("pm/20261120", "pm", "done", "")) {
        Files.deleteIfExists(jail.resolve(name));
      }
    }
  }

  /** Connections that never log in, as many as the server bears. */
  private void occupyStartups(PrivateSshd sshd) throws IOException {
    for (int i = 0; i < 2; i++) {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), sshd.port());
      strangers.add(socket);
      InputStream in = socket.getInputStream();
      assertThat(in.read()).isEqualTo('S'); // it says who it is: the connection counts
    }
  }

  private SourceFile stat(Source source, Source.Purpose purpose) {
    try (SourceSession session = source.connect(purpose)) {
      return session.stat(path("A.xml"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String path(String name) {
    return dir.resolve(name).toString();
  }
}
