package io.sluice.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmbeddedPostgresTest {
  private Path programs;
  private Path directory;
  private EmbeddedPostgres server;

  /**
   * Not a JUnit temporary directory: those are for this user only, and the server may be another.
   */
  @BeforeEach
  void start() throws IOException {
    EphemeralDirectories directories = EphemeralDirectories.forThisUser();
    programs = directories.root();
    directory = directories.create();
    server = open(0);
  }

  @AfterEach
  void delete() {
    server.close();
    EphemeralDirectories.delete(directory);
  }

  @Test
  void keepsCommittedRowsAndPort_whenKilledAndStartedAgain() throws SQLException {
    int port = server.port();
    execute("CREATE TABLE t AS SELECT generate_series(1, 1000) AS n");
    server.kill();
    server.start();
    assertThat(query("SELECT count(*) FROM t")).isEqualTo("1000");
    assertThat(server.port()).isEqualTo(port);
  }

  @Test
  void keepsRowsPasswordAndPort_whenNextRunOpensTheDirectory() throws SQLException {
    int port = server.port();
    String password = server.password();
    execute("CREATE TABLE t AS SELECT 7 AS n");
    server.close();
    server = open(0);
    assertThat(query("SELECT n FROM t")).isEqualTo("7");
    assertThat(server.port()).isEqualTo(port);
    assertThat(server.password()).isEqualTo(password);
  }

  @Test
  void starts_whenPostmasterFileNamesAnotherProgram() throws IOException, SQLException {
    server.kill();
    Path file = directory.resolve("data/postmaster.pid");
    String stale = Files.readString(file);
    String other = Long.toString(ProcessHandle.current().pid());
    Files.writeString(file, other + stale.substring(stale.indexOf('\n')));
    server.start();
    assertThat(query("SELECT 1")).isEqualTo("1");
  }

  @Test
  void refuses_whenDirectoryIsInUse() {
    assertThatThrownBy(() -> open(0))
        .isInstanceOf(EmbeddedException.class)
        .hasMessageContaining("in use by another running Sluice");
  }

  @Test
  void saysWhichPort_whenItIsTaken() throws IOException {
    server.close();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> open(taken.getLocalPort()))
          .isInstanceOf(EmbeddedException.class)
          .hasMessageContaining("port " + taken.getLocalPort());
    }
    server = open(0);
  }

  @Test
  void isDurableAndSized_whenPersistent() throws SQLException {
    assertThat(query("SHOW fsync")).isEqualTo("on");
    assertThat(query("SHOW shared_buffers")).isEqualTo("256MB");
    assertThat(query("SHOW max_wal_size")).isEqualTo("4GB");
    assertThat(query("SHOW server_version")).startsWith("17.");
    assertThat(query("SELECT lower('ÄÖ')")).isEqualTo("äö");
  }

  @Test
  void createsDatabaseOnce_whenAskedTwice() throws SQLException {
    server.createDatabase("a \"b");
    server.createDatabase("a \"b");
    assertThat(query("SELECT count(*) FROM pg_database WHERE datname = 'a \"b'")).isEqualTo("1");
  }

  @Test
  void saysWhatIsWrong_whenJarIsMissingOrHoldsNoServer() throws IOException {
    Path jar = directory.resolve("other.jar");
    assertThatThrownBy(() -> EmbeddedPostgres.startEphemeral(jar))
        .isInstanceOf(EmbeddedException.class)
        .hasMessageContaining(jar + " does not exist");
    Files.writeString(jar, "not a jar");
    assertThatThrownBy(() -> EmbeddedPostgres.startEphemeral(jar))
        .isInstanceOf(EmbeddedException.class)
        .hasMessageContaining(jar + " has no PostgreSQL for this machine");
  }

  @Test
  void keepsPasswordFromOthers() throws IOException {
    assertThat(Files.getPosixFilePermissions(server.passwordFile())).hasSize(2);
    assertThat(Files.readString(server.passwordFile())).contains(server.password());
  }

  private EmbeddedPostgres open(int port) {
    return EmbeddedPostgres.startPersistent(directory, port, programs);
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = server.dataSource("postgres").getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String query(String sql) throws SQLException {
    try (Connection connection = server.dataSource("postgres").getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
