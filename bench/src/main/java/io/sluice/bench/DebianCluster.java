package io.sluice.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL of Debian's packages with a data directory and a port of its own, so that extensions
 * that Debian builds can be used. PostgreSQL refuses root, so root starts it as postgres.
 */
final class DebianCluster implements AutoCloseable {

  private static final String USER = "bench";

  /** Forty thousand tables, of which one statement may lock hundreds. */
  private static final String SETTINGS =
      """
      listen_addresses = '127.0.0.1'
      port = %d
      unix_socket_directories = ''
      max_connections = 40
      max_locks_per_transaction = 4096
      shared_buffers = 512MB
      max_wal_size = 4GB
      timezone = 'UTC'
      """;

  private final DebianPackages packages;
  private final Path directory;
  private final int port;

  private DebianCluster(DebianPackages packages, Path directory, int port) {
    this.packages = packages;
    this.directory = directory;
    this.port = port;
  }

  static DebianCluster start(DebianPackages packages) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory(packages.temporary(), "sluice-partman-");
    DebianCluster cluster = new DebianCluster(packages, directory, freePort());
    if (isRoot()) {
      run(packages.command(List.of("chown", "postgres", cluster.inside(directory))));
    }
    cluster.server("initdb", "-D", cluster.data(), "-U", USER, "-A", "trust", "-E", "UTF8", "-N");
    cluster.configure();
    cluster.server("pg_ctl", "-D", cluster.data(), "-w", "-l", cluster.log(), "start");
    return cluster;
  }

  private void configure() throws IOException, InterruptedException {
    Path settings = Files.createTempFile(packages.temporary(), "sluice-partman-", ".conf");
    Files.writeString(settings, SETTINGS.formatted(port));
    run(List.of("chmod", "644", settings.toString()));
    server("/bin/cp", inside(settings), data() + "/postgresql.auto.conf");
    Files.delete(settings);
  }

  private String data() {
    return inside(directory.resolve("data"));
  }

  private String log() {
    return inside(directory.resolve("log"));
  }

  private String inside(Path path) {
    return packages.inside(path).toString();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  private void server(String program, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(List.of("runuser", "-u", "postgres", "--"));
    }
    command.add(packages.programs().resolve(program).toString());
    command.addAll(List.of(arguments));
    run(packages.command(command));
  }

  /** Its output goes to a file: a server that it leaves running would keep a pipe open. */
  private static void run(List<String> command) throws IOException, InterruptedException {
    Path said = Files.createTempFile("sluice-partman-", ".out");
    Process process =
        new ProcessBuilder(command)
            .directory(Path.of("/").toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    process.getOutputStream().close();
    int code = process.waitFor();
    String words = Files.readString(said, StandardCharsets.UTF_8);
    Files.delete(said);
    if (code != 0) {
      throw new IOException(String.join(" ", command) + ": " + words.strip());
    }
  }

  PGSimpleDataSource database(String name) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl("jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, name));
    source.setUser(USER);
    return source;
  }

  @Override
  public void close() {
    try {
      server("pg_ctl", "-D", data(), "-m", "immediate", "-w", "stop");
      run(List.of("rm", "-rf", directory.toString()));
    } catch (IOException e) {
      System.err.println("The cluster in " + directory + " stays: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
