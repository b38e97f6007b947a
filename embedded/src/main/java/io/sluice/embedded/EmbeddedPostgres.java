package io.sluice.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL server of our own: real, on the loopback address, from programs on the class path or
 * in a jar.
 *
 * <p>Its superuser is {@value #USER}. The JVM that started it stops it; where that was killed, the
 * next start on the same directory finds the server still running and takes it over.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  /** Name of the superuser. */
  public static final String USER = "sluice";

  private final PostgresCluster cluster;
  private final boolean deleteOnClose;
  private final Thread hook = new Thread(this::closeQuietly, "stop-embedded-postgres");
  private volatile boolean hooked = true;

  private EmbeddedPostgres(PostgresCluster cluster, boolean deleteOnClose) {
    this.cluster = cluster;
    this.deleteOnClose = deleteOnClose;
  }

  /** Starts a server for this JVM only: fast, not durable, deleted when closed. */
  public static EmbeddedPostgres startEphemeral() {
    return startEphemeral(PostgresArchive.ofClassPath());
  }

  /**
   * Starts a server for this JVM only, of another version than the one on the class path.
   *
   * @param jar an artifact of io.zonky.test.postgres for this system, PostgreSQL 14 or newer
   * @throws EmbeddedException if there is no such file, or it is for another system
   */
  public static EmbeddedPostgres startEphemeral(Path jar) {
    return startEphemeral(PostgresArchive.ofJar(jar));
  }

  private static EmbeddedPostgres startEphemeral(PostgresArchive archive) {
    try {
      EphemeralDirectories directories = EphemeralDirectories.forThisUser();
      directories.removeLeftovers();
      Path home = PostgresBinaries.unpackBelow(directories.root(), archive);
      Path base = directories.create();
      return started(new PostgresCluster(home, base, PostgresSettings.ephemeral()), 0, true);
    } catch (IOException e) {
      throw new EmbeddedException("cannot start PostgreSQL: " + e.getMessage(), e);
    }
  }

  /**
   * Starts the server whose data is kept in {@code directory}; made there the first time.
   *
   * @param port the port to listen on, or 0 for the one of last time, or a free one
   * @throws EmbeddedException if another process uses the directory or the port, or PostgreSQL does
   *     not start; the message says what helps
   */
  public static EmbeddedPostgres startPersistent(Path directory, int port) {
    return startPersistent(directory, port, directory.resolve("programs"));
  }

  static EmbeddedPostgres startPersistent(Path directory, int port, Path programs) {
    Path base = directory.toAbsolutePath().normalize();
    try {
      Files.createDirectories(base);
      Path unpacked = programs.toAbsolutePath().normalize();
      Path home = PostgresBinaries.unpackBelow(unpacked, PostgresArchive.ofClassPath());
      return started(new PostgresCluster(home, base, PostgresSettings.persistent()), port, false);
    } catch (IOException e) {
      throw new EmbeddedException("cannot start PostgreSQL in " + base + ": " + e.getMessage(), e);
    }
  }

  private static EmbeddedPostgres started(PostgresCluster cluster, int port, boolean delete)
      throws IOException {
    try {
      cluster.start(port);
    } catch (IOException | EmbeddedException e) {
      cluster.release();
      throw e;
    }
    EmbeddedPostgres server = new EmbeddedPostgres(cluster, delete);
    Runtime.getRuntime().addShutdownHook(server.hook);
    return server;
  }

  /** Leaves it to the caller to close the server when the JVM ends, after whatever uses it. */
  public EmbeddedPostgres closedByCaller() {
    Runtime.getRuntime().removeShutdownHook(hook);
    hooked = false;
    return this;
  }

  public int port() {
    return cluster.port();
  }

  /** The superuser's password, random for each data directory. */
  public String password() {
    return cluster.password();
  }

  /** A URL without credentials. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port(), database);
  }

  /** Opens a new connection, as superuser, each time it is asked for one. */
  public DataSource dataSource(String database) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(jdbcUrl(database));
    source.setUser(USER);
    source.setPassword(password());
    return source;
  }

  /** Creates the database if it does not exist. */
  public void createDatabase(String name) {
    cluster.createDatabase(dataSource("postgres"), name);
  }

  /** A file for libpq's PGPASSFILE, readable by this user only. */
  public Path passwordFile() {
    return cluster.passwordFile();
  }

  /** What the server wrote to its log. */
  public Path log() {
    return cluster.log();
  }

  /** Stops cleanly: open transactions are rolled back, connections closed. */
  public void stop() {
    cluster.stop("fast");
  }

  /** Ends all its processes at once, as a crash would. */
  public void kill() {
    cluster.kill();
  }

  /** Starts again on the same port, after stop or kill. */
  public void start() {
    try {
      cluster.start(cluster.port());
    } catch (IOException e) {
      throw new EmbeddedException("cannot start PostgreSQL: " + e.getMessage(), e);
    }
  }

  /** Stops and starts. */
  public void restart() {
    stop();
    start();
  }

  @Override
  public void close() {
    if (hooked && Thread.currentThread() != hook) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
    cluster.stop(deleteOnClose ? "immediate" : "fast");
    cluster.release();
    if (deleteOnClose) {
      EphemeralDirectories.delete(cluster.base());
    }
  }

  private void closeQuietly() {
    try {
      close();
    } catch (EmbeddedException e) {
      System.err.println("PostgreSQL was not stopped cleanly: " + e.getMessage());
    }
  }
}
