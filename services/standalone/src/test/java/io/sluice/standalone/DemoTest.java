package io.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.embedded.EmbeddedPostgres;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import picocli.CommandLine;

/** The whole line in this JVM: files in, exact rows out, and again on the data of the first run. */
class DemoTest {
  /** Not a temporary directory of JUnit's: the server may run as another user than root. */
  private final Path data = Path.of("target", "demo-" + System.nanoTime()).toAbsolutePath();

  @AfterEach
  void delete() throws Exception {
    if (!Files.exists(data)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(data)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Test
  void loadsExactly_andGoesOnWhereItStopped() throws Exception {
    assertThat(demo()).isZero();
    long files = filesInLedger();
    assertThat(files).isGreaterThanOrEqualTo(12);
    assertThat(demo()).isZero();
    // A quarter of an hour may have passed between the two runs, no more.
    assertThat(filesInLedger()).isBetween(files, files + 6);
  }

  @Test
  void saysWhichPortIsTaken_beforeAnythingStarts() throws Exception {
    StringWriter said = new StringWriter();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = String.valueOf(taken.getLocalPort());
      CommandLine command = command().setErr(new PrintWriter(said));
      assertThat(command.execute("--data", data.toString(), "--http-port", port)).isOne();
      assertThat(said.toString()).contains("port " + port + " for HTTP is taken");
    }
  }

  @Test
  void refusesANetworkOfNothing() throws Exception {
    StringWriter said = new StringWriter();
    CommandLine command = command().setErr(new PrintWriter(said));
    assertThat(command.execute("--data", data.toString(), "--gnbs", "0")).isEqualTo(2);
    assertThat(said.toString()).contains("--gnbs is 0");
  }

  private static CommandLine command() {
    return new CommandLine(new Demo()).setExecutionExceptionHandler(StandaloneCommand::sayWhy);
  }

  private int demo() {
    return new CommandLine(new Demo()).execute("--once", "--gnbs", "3", "--data", data.toString());
  }

  /** From the data directory alone, as a person would after the demo has ended. */
  private long filesInLedger() throws Exception {
    Properties connection = new Properties();
    try (var reader = Files.newBufferedReader(data.resolve("connection.properties"))) {
      connection.load(reader);
    }
    assertThat(List.of("url", "user", "password", "staging", "feeds", "tasks"))
        .allMatch(connection::containsKey);
    try (EmbeddedPostgres server = EmbeddedPostgres.startPersistent(data.resolve("postgres"), 0)) {
      PGSimpleDataSource database = new PGSimpleDataSource();
      database.setUrl(server.jdbcUrl("sluice"));
      database.setUser(connection.getProperty("user"));
      database.setPassword(connection.getProperty("password"));
      try (Connection open = database.getConnection();
          Statement statement = open.createStatement();
          ResultSet row =
              statement.executeQuery("select count(*) from sluice.reconciliation where exact")) {
        row.next();
        return row.getLong(1);
      }
    }
  }
}
