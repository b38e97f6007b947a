package io.sluice.testkit;

import io.sluice.embedded.Directories;
import io.sluice.embedded.EmbeddedException;
import io.sluice.embedded.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A PgBouncer of the test's own before one database, from the program that its package installs.
 */
public final class PrivatePgBouncer implements AutoCloseable {

  private static final Path PROGRAM = Path.of("/usr/sbin/pgbouncer");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Path directory;
  private final int port = Ports.free();
  private final String database;
  private final Process server;

  private PrivatePgBouncer(EmbeddedDatabase.Database database, String mode, int serverConnections)
      throws IOException {
    this.database = database.name();
    directory = Files.createTempDirectory("sluice-pgbouncer-");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path settings =
        Files.writeString(directory.resolve("ini"), ini(database, mode, serverConnections));
    List<String> command = new ArrayList<>();
    if ("root".equals(System.getProperty("user.name"))) { // it refuses root
      command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
    }
    command.addAll(List.of(PROGRAM.toString(), settings.toString()));
    server =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
  }

  /** Whether the package pgbouncer is installed. */
  public static boolean isInstalled() {
    return Files.isExecutable(PROGRAM);
  }

  /**
   * Starts one and waits until it accepts connections; who logs in is not asked for a password.
   *
   * @param mode pool_mode: session, transaction, statement
   * @param serverConnections to the database, at most
   */
  public static PrivatePgBouncer start(
      EmbeddedDatabase.Database database, String mode, int serverConnections) {
    try {
      PrivatePgBouncer pooler = new PrivatePgBouncer(database, mode, serverConnections);
      pooler.awaitStart();
      return pooler;
    } catch (IOException e) {
      throw new EmbeddedException("cannot start PgBouncer: " + e.getMessage(), e);
    }
  }

  private String ini(EmbeddedDatabase.Database database, String mode, int serverConnections) {
    return """
    [databases]
    %s = host=127.0.0.1 port=%d user=%s password=%s
    [pgbouncer]
    listen_addr = 127.0.0.1
    listen_port = %d
    unix_socket_dir =
    auth_type = any
    pool_mode = %s
    default_pool_size = %d
    ignore_startup_parameters = extra_float_digits
    """
        .formatted(
            database.name(),
            database.port(),
            database.user(),
            database.password(),
            port,
            mode,
            serverConnections);
  }

  public String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database);
  }

  private void awaitStart() throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!accepts()) {
      if (!server.isAlive() || System.nanoTime() > deadline) {
        throw new IOException(
            "it does not accept connections; it said: "
                + Files.readString(directory.resolve("log")));
      }
      pause();
    }
  }

  private boolean accepts() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while PgBouncer starts", e);
    }
  }

  @Override
  public void close() {
    server.destroyForcibly();
    server.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    try {
      Directories.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
