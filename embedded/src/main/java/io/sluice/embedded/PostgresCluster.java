package io.sluice.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One data directory and the server on it, through initdb and pg_ctl. */
final class PostgresCluster {
  private static final Logger log = LoggerFactory.getLogger(PostgresCluster.class);

  private final Path home;
  private final Path base;
  private final Map<String, String> settings;
  private final ServerUser user = ServerUser.detect();
  private FileChannel lockChannel;
  private int port;
  private String password;

  PostgresCluster(Path home, Path base, Map<String, String> settings) {
    this.home = home;
    this.base = base;
    this.settings = settings;
  }

  void start(int wantedPort) throws IOException {
    lock();
    stopServerOfDeadParent();
    port = choosePort(wantedPort);
    initialise();
    Files.writeString(
        data().resolve("postgresql.conf"), PostgresSettings.render(settings, port, home));
    PostmasterFile.in(data()).deleteIfMisleading();
    pgCtl("start", "--wait", "--silent", "--timeout=300", "--log=" + log());
    Secrets.writePrivate(
        passwordFile(), "127.0.0.1:%d:*:%s:%s%n".formatted(port, EmbeddedPostgres.USER, password));
    Files.writeString(base.resolve("port"), Integer.toString(port));
  }

  private void lock() throws IOException {
    if (lockChannel != null) {
      return;
    }
    FileChannel channel =
        FileChannel.open(base.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        lockChannel = channel; // held until the channel closes
        return;
      }
    } catch (OverlappingFileLockException e) {
      log.debug("this JVM itself holds the lock on {}", base, e);
    }
    channel.close();
    throw new EmbeddedException(
        "%s is in use by another running Sluice; stop that one, or choose another directory"
            .formatted(base));
  }

  /** With the lock ours, a running server can only be one whose JVM was killed. */
  private void stopServerOfDeadParent() throws IOException {
    if (PostmasterFile.in(data()).server().isPresent()) {
      log.info("Stopping the PostgreSQL that an earlier run left in {}", base);
      pgCtl("stop", "--mode=fast", "--wait", "--timeout=120", "--silent");
    }
  }

  private int choosePort(int wanted) throws IOException {
    if (wanted != 0) {
      return Ports.require(wanted, "PostgreSQL");
    }
    Path last = base.resolve("port");
    if (Files.exists(last)) {
      int lastPort = Integer.parseInt(Files.readString(last).strip());
      if (Ports.isFree(lastPort)) {
        return lastPort;
      }
    }
    return Ports.free();
  }

  private void initialise() throws IOException {
    Path secret = base.resolve("password");
    if (Files.exists(data().resolve("PG_VERSION")) && Files.exists(secret)) {
      password = Files.readString(secret).strip();
      return;
    }
    // An initdb that was interrupted leaves files behind, but never the password.
    if (Files.exists(data())) {
      EphemeralDirectories.delete(data());
    }
    Files.createDirectories(data());
    Files.createDirectories(log().getParent());
    password = Secrets.random();
    Path handOver = log().resolveSibling("initial-password");
    Secrets.writePrivate(handOver, password);
    user.own(data());
    user.own(log().getParent());
    initdb(handOver);
    Files.delete(handOver);
    Secrets.writePrivate(secret, password);
  }

  private void initdb(Path passwordFile) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(initdb());
    command.add("--pgdata=" + data());
    command.add("--username=" + EmbeddedPostgres.USER);
    command.add("--pwfile=" + passwordFile);
    command.add("--auth=scram-sha-256");
    command.add("--encoding=UTF8");
    command.add("--no-sync");
    command.addAll(locale());
    run(command);
  }

  /** Order of bytes, characters of Unicode; before 17, the latter only with the system's help. */
  private List<String> locale() throws IOException {
    return run(List.of(initdb(), "--help")).output().contains("--builtin-locale")
        ? List.of("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        : List.of("--locale=C", "--lc-ctype=C.UTF-8");
  }

  private String initdb() {
    return home.resolve("bin/initdb").toString();
  }

  void stop(String mode) {
    try {
      if (PostmasterFile.in(data()).server().isPresent()) {
        pgCtl("stop", "--mode=" + mode, "--wait", "--timeout=120", "--silent");
      }
    } catch (IOException e) {
      throw new EmbeddedException("cannot stop PostgreSQL: " + e.getMessage(), e);
    }
  }

  void kill() {
    PostmasterFile.in(data()).server().ifPresent(PostmasterFile::kill);
  }

  /** Lets other processes use the directory. */
  void release() {
    try {
      if (lockChannel != null) {
        lockChannel.close();
        lockChannel = null;
      }
    } catch (IOException e) {
      throw new EmbeddedException("cannot release " + base + ": " + e.getMessage(), e);
    }
  }

  private void pgCtl(String action, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin/pg_ctl").toString());
    command.add(action);
    command.add("--pgdata=" + data());
    command.addAll(List.of(options));
    run(command);
  }

  private Programs.Result run(List<String> program) throws IOException {
    Programs.Result result = Programs.run(user.command(program));
    if (!result.succeeded()) {
      throw new EmbeddedException(
          "%s failed with exit code %d: %s (server log: %s)"
              .formatted(program.get(0), result.exitCode(), result.output(), log()));
    }
    return result;
  }

  void createDatabase(DataSource server, String name) {
    try (Connection connection = server.getConnection()) {
      if (!databaseExists(connection, name)) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("CREATE DATABASE \"%s\"".formatted(name.replace("\"", "\"\"")));
        }
      }
    } catch (SQLException e) {
      throw new EmbeddedException("cannot create database " + name + ": " + e.getMessage(), e);
    }
  }

  private static boolean databaseExists(Connection connection, String name) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?")) {
      query.setString(1, name);
      try (ResultSet rows = query.executeQuery()) {
        return rows.next();
      }
    }
  }

  Path base() {
    return base;
  }

  Path log() {
    return base.resolve("log").resolve("postgres.log");
  }

  Path passwordFile() {
    return base.resolve("pgpass");
  }

  int port() {
    return port;
  }

  String password() {
    return password;
  }

  private Path data() {
    return base.resolve("data");
  }
}
