package io.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyPair;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The whole line where everything that is shared is there once, or hardly fits. */
class SmallestPoolsTest {

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** Not a temporary directory of JUnit's: the server may run as another user than root. */
  private final Path data = Path.of("target", "smallest-" + System.nanoTime()).toAbsolutePath();

  private final Path source = data.resolve("server/pm");

  @AfterEach
  void delete() {
    TrialCommand.deleteAll(data);
  }

  @Test
  void loadsAndSettlesEverything_withOneOfEach() throws Exception {
    SshServer server = sftpServer();
    try {
      for (int i = 0; i < 30; i++) {
        write("A" + i + ".xml", pm(i, 3));
      }
      feed(
          """
          sftp:
              hosts: ["127.0.0.1:%d"]
              user: pm
              password: ${file:%s}
              knownHosts: %s
              path: /pm/*.xml
              limits: {connections: 1}
          """
              .formatted(
                  server.getPort(),
                  Files.writeString(data.resolve("password"), "right"),
                  data.resolve("known_hosts"))
              .stripTrailing());
      loadAll(
          30,
          Map.ofEntries(
              Map.entry("sluice.database.pool-size", "1"),
              Map.entry("sluice.getter.fetch-concurrency", "1"),
              Map.entry("sluice.getter.settle-concurrency", "1"),
              Map.entry("sluice.getter.scan-concurrency", "1"),
              Map.entry("sluice.getter.dispatch.in-flight", "1"),
              Map.entry("sluice.getter.dispatch.behind", "1"),
              Map.entry("sluice.getter.dispatch.files", "5"),
              Map.entry("sluice.getter.dispatch.per-host", "1"),
              Map.entry("sluice.handler.concurrency", "1"),
              Map.entry("sluice.loader.concurrency", "1")));
    } finally {
      server.stop(true);
    }
  }

  /** Raw files alone are several times as much as fits, and so are their chunks. */
  @Test
  void loadsAndSettlesEverything_throughAStagingThatIsFullAgainAndAgain() throws Exception {
    for (int i = 0; i < 16; i++) {
      write("A" + i + ".xml", pm(i, 300));
    }
    feed("directory: {path: \"%s/*.xml\"}".formatted(source));
    loadAll(
        16,
        Map.of(
            "sluice.staging.limit", "100KB",
            "sluice.staging.min-free", "1MB",
            "sluice.getter.dispatch.files", "2"));
  }

  private void loadAll(int files, Map<String, String> settings) throws Exception {
    Map<String, Object> all = new HashMap<>(settings);
    all.put("logging.level.root", "WARN");
    all.put("spring.main.web-application-type", "none");
    Deployment deployment = Deployment.at(PlaceOptions.in(data)).with(all);
    try (Standalone started = Standalone.start(deployment);
        Connection warehouse = started.warehouse().getConnection()) {
      TrialResults results = new TrialResults(warehouse);
      String settled = "select count(*) from sluice.file where state = 'settled'";
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(results.query(settled, row -> row.getLong(1)))
                      .as(() -> said(deployment))
                      .containsExactly((long) files));
      String elements = "select count(distinct element) from pm.nrcelldu";
      assertThat(results.query(elements, row -> row.getLong(1))).containsExactly((long) files);
      String inexact = "select count(*) from sluice.reconciliation where not exact";
      assertThat(results.query(inexact, row -> row.getLong(1))).containsExactly(0L);
    }
    try (Stream<Path> left = Files.list(source)) {
      assertThat(left).isEmpty();
    }
  }

  private static String said(Deployment deployment) {
    try {
      List<String> lines = Files.readAllLines(deployment.log());
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private SshServer sftpServer() throws Exception {
    KeyPair key = KeyUtils.generateKeyPair("ecdsa-sha2-nistp256", 256);
    Files.createDirectories(source);
    SshServer server = SshServer.setUpDefaultServer();
    server.setHost("127.0.0.1");
    server.setKeyPairProvider(KeyPairProvider.wrap(key));
    server.setPasswordAuthenticator((user, password, session) -> password.equals("right"));
    server.setFileSystemFactory(new VirtualFileSystemFactory(source.getParent()));
    server.setSubsystemFactories(List.of(new SftpSubsystemFactory()));
    server.start();
    Files.writeString(
        data.resolve("known_hosts"),
        "[127.0.0.1]:%d %s\n"
            .formatted(server.getPort(), PublicKeyEntry.toString(key.getPublic())));
    return server;
  }

  private void feed(String origin) throws IOException {
    Files.writeString(
        Files.createDirectories(data.resolve("feeds")).resolve("pm.yaml"),
        """
        feed: pm
        source:
          %s
          poll: 1s
          stable: 0s
          since: 7d
          after: delete
        format: {3gpp-pm: {}}
        target: {table: "pm.{measInfoId}", mode: merge}
        """
            .formatted(origin));
  }

  private void write(String name, String content) throws IOException {
    Path file = Files.writeString(Files.createDirectories(source).resolve(name), content);
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));
  }

  private static String pm(int element, int cells) {
    StringBuilder values = new StringBuilder();
    for (int cell = 0; cell < cells; cell++) {
      values.append(
          "<measValue measObjLdn='Cell=%d'><r p='1'>%d</r><r p='2'>1.5</r></measValue>"
              .formatted(cell, cell));
    }
    return """
        <?xml version="1.0"?>
        <measCollecFile xmlns="http://www.3gpp.org/ftp/specs/archive/32_series/32.435#measCollec">
         <fileHeader><fileSender localDn="EMS"/></fileHeader>
         <measData><managedElement localDn="gNB%d"/>
          <measInfo measInfoId="NRCellDU">
           <granPeriod duration="PT900S" endTime="%s"/>
           <measType p='1'>pmA</measType><measType p='2'>pmB</measType>
           %s
          </measInfo></measData></measCollecFile>
        """
        .formatted(element, Instant.now().truncatedTo(ChronoUnit.HOURS), values);
  }
}
