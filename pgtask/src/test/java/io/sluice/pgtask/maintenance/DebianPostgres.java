package io.sluice.pgtask.maintenance;

import io.sluice.core.sql.Sql;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/** A private PostgreSQL 15 of Debian's packages, which have pg_repack, on a port of its own. */
final class DebianPostgres {

  static final String PASSWORD = "a:b\\c";

  private static final Path PROGRAMS = Path.of("/usr/lib/postgresql/15/bin");

  private final Path directory;
  private final int port;

  static boolean isInstalled() {
    return Files.isExecutable(PROGRAMS.resolve("pg_ctl"))
        && Files.isExecutable(PROGRAMS.resolve("pg_repack"))
        && Files.isExecutable(Path.of("/usr/bin/pg_repack"));
  }

  DebianPostgres() throws IOException, InterruptedException {
    directory = Files.createTempDirectory("sluice-debian");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path password = Files.writeString(directory.resolve("password"), PASSWORD + "\n");
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    run("initdb", "-D", data(), "-U", "tester", "-A", "scram-sha-256", "--pwfile=" + password);
    String options =
        "-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
            .formatted(port);
    run(
        "pg_ctl",
        "-D",
        data(),
        "-w",
        "-l",
        directory.resolve("log").toString(),
        "-o",
        options,
        "start");
  }

  private String data() {
    return directory.resolve("data").toString();
  }

  private void run(String program, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    if ("root".equals(System.getProperty("user.name"))) {
      command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
    }
    command.add(PROGRAMS.resolve(program).toString());
    command.addAll(Arrays.asList(arguments));
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(program + ": " + Files.readString(output));
    }
  }

  String url() {
    return "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port);
  }

  PGSimpleDataSource dataSource() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url());
    source.setUser("tester");
    source.setPassword(PASSWORD);
    return source;
  }

  void sql(String... statements) throws SQLException {
    try (Connection connection = dataSource().getConnection()) {
      Sql.execute(connection, List.of(statements));
    }
  }

  void stop() throws IOException, InterruptedException {
    run("pg_ctl", "-D", data(), "-m", "immediate", "stop");
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
