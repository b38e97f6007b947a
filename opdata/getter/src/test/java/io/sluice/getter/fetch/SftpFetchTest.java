package io.sluice.getter.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.message.Stage;
import io.sluice.getter.GetterFixture;
import io.sluice.getter.source.TestSftpServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The getter's line against an SFTP server that misbehaves. */
class SftpFetchTest {

  @TempDir Path dir;
  private GetterFixture getter;
  private TestSftpServer server;
  private Path pm;

  @BeforeEach
  void open() throws Exception {
    getter = new GetterFixture(dir);
    pm = Files.createDirectories(dir.resolve("root/pm"));
    server = new TestSftpServer(pm.getParent());
    Files.writeString(dir.resolve("password"), "right");
    getter.yaml(
        """
        feed: pm
        source:
          sftp:
            hosts: ["127.0.0.1:%d"]
            user: pm
            password: ${file:%s}
            knownHosts: %s
            path: /pm/*.xml
          since: 7d
          after: delete
        format: {3gpp-pm: {}}
        target: {table: "pm.{measInfoId}"}
        """
            .formatted(
                server.port(),
                dir.resolve("password"),
                server.knownHosts(dir.resolve("known_hosts"))));
  }

  @AfterEach
  void close() throws IOException {
    getter.close();
    server.close();
  }

  @Test
  void bringsEveryFileOnce_andDeletesIt_whenServerDisconnectsEvery10Files() throws IOException {
    for (int i = 0; i < 35; i++) {
      write("A" + i + ".xml", "<a>" + i + "</a>");
    }
    getter.scan();
    server.disconnectEvery(10);
    for (int round = 0; round < 5; round++) {
      getter.execute("update sluice.scan set error = null");
      getter.fetchAll();
    }
    assertThat(getter.text("select count(*) from sluice.work where stage = 'handle'"))
        .isEqualTo("35");
    assertThat(getter.queues.messages)
        .filteredOn(message -> message.stage() == Stage.HANDLE)
        .hasSize(Integer.parseInt(getter.text("select count(*) from sluice.batch")));
    assertThat(getter.text("select max(attempts) from sluice.work")).isEqualTo("0");
    getter.loadAll();
    for (int round = 0; round < 5; round++) {
      getter.execute("update sluice.work set not_before = '-infinity'");
      getter.settleAll();
    }
    assertThat(pm).isEmptyDirectory();
    assertThat(getter.column("select distinct state from sluice.file")).containsExactly("settled");
  }

  @Test
  void leavesTheRestOfABatch_whenItsHostIsSlow_soThatOthersGetTheThread() throws IOException {
    for (int i = 0; i < 5; i++) {
      write("A" + i + ".xml", "<a>" + i + "</a>");
    }
    getter.scan();
    server.onRead((path, offset) -> getter.clock.advance(Duration.ofSeconds(20)));
    getter.fetchAll();
    assertThat(getter.text("select count(*) from sluice.work where stage = 'handle'"))
        .isIn("1", "2");
    assertThat(
            getter.column(
                "select distinct state || attempts || ' ' || reason from sluice.work"
                    + " where stage = 'fetch'"))
        .singleElement()
        .asString()
        .startsWith("waiting0 slow: 127.0.0.1:" + server.port());
  }

  @Test
  void triesOneFileAgain_andFetchesTheOthers_whenTheServerFailsToReadIt() throws IOException {
    for (String name : new String[] {"A.xml", "B.xml", "C.xml"}) {
      write(name, "x".repeat(100_000) + name);
    }
    getter.scan();
    server.onRead(
        (path, offset) -> {
          if (path.endsWith("B.xml")) {
            throw new IOException("input/output error");
          }
        });
    getter.fetchAll();
    assertThat(getter.column("select path || ' ' || stage || ' ' || attempts from sluice.work"))
        .containsExactlyInAnyOrder("/pm/A.xml handle 0", "/pm/B.xml fetch 1", "/pm/C.xml handle 0");
    assertThat(getter.text("select reason from sluice.work where stage = 'fetch'"))
        .startsWith("source: 127.0.0.1:" + server.port() + " cannot read /pm/B.xml: ")
        .endsWith("; check the file there");
    assertThat(getter.text("select not_before > now() from sluice.work where path = '/pm/B.xml'"))
        .isEqualTo("t");
    assertThat(getter.text("select error from sluice.scan")).isNull();
    server.onRead((path, offset) -> {});
    getter.fetchAll();
    assertThat(getter.column("select distinct stage from sluice.work")).containsExactly("handle");
  }

  @Test
  void takesTheWholeFile_onlyOnceItStandsStill_whenItGrewWhileItWasRead() throws IOException {
    Path file = write("A.xml", "x".repeat(500_000));
    getter.scan();
    server.onRead((path, offset) -> Files.writeString(file, "more", StandardOpenOption.APPEND));
    getter.fetchAll();
    assertThat(getter.column("select state from sluice.file")).containsExactly("replaced");
    assertThat(getter.queues.messages).isEmpty();
    server.onRead((path, offset) -> {});
    GetterFixture.touch(file, getter.clock.instant().minusSeconds(30));
    getter.line();
    assertThat(getter.column("select checksum is not null from sluice.work")).containsExactly("t");
    assertThat(getter.column("select size::text from sluice.file order by mtime"))
        .last()
        .isEqualTo(String.valueOf(Files.size(file)));
  }

  private Path write(String name, String content) throws IOException {
    Path file = Files.writeString(pm.resolve(name), content);
    return GetterFixture.touch(file, getter.clock.instant().minusSeconds(60));
  }
}
