package io.sluice.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** All of Sluice in one JVM of its own, over a directory. */
final class StandaloneProcess implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final List<String> OPTIONS = List.of("-Xmx1g");

  private final ChildProcess process;
  private final Path data;

  private StandaloneProcess(ChildProcess process, Path data) {
    this.process = process;
    this.data = data;
  }

  /** Starts it and waits until its database answers. */
  static StandaloneProcess start(Path root, Path data, Path feeds)
      throws IOException, InterruptedException {
    Files.createDirectories(data);
    List<String> command =
        Programs.java(
            root,
            "standalone",
            OPTIONS,
            "io.sluice.standalone.StandaloneCommand",
            "--data",
            data.toString(),
            "--feeds",
            feeds.toString());
    ChildProcess process =
        new ChildProcess("standalone", command, Map.of(), data.resolve("standalone.out"));
    StandaloneProcess standalone = new StandaloneProcess(process, data);
    process.start();
    standalone.awaitDatabase();
    return standalone;
  }

  private void awaitDatabase() throws IOException, InterruptedException {
    while (!answers()) {
      if (!process.isAlive()) {
        throw new IOException(
            "standalone ended with exit code %d: %s"
                .formatted(process.exitCode(), Files.readString(data.resolve("standalone.out"))));
      }
      Thread.sleep(LOOK.toMillis());
    }
  }

  private boolean answers() throws IOException {
    if (!Files.exists(data.resolve("connection.properties"))) {
      return false;
    }
    try (Connection connection = database().getConnection()) {
      connection.createStatement().executeQuery("select 1 from sluice.work limit 1").close();
      return true;
    } catch (SQLException e) {
      return false; // not yet: the caller asks again
    }
  }

  DataSource database() throws IOException {
    Properties told = connection();
    PGSimpleDataSource database = new PGSimpleDataSource();
    database.setUrl(told.getProperty("url"));
    database.setUser(told.getProperty("user"));
    database.setPassword(told.getProperty("password"));
    return database;
  }

  Psql psql() throws IOException {
    Properties told = connection();
    PGSimpleDataSource parsed = new PGSimpleDataSource();
    parsed.setUrl(told.getProperty("url"));
    return new Psql(
        parsed.getPortNumbers()[0],
        told.getProperty("user"),
        told.getProperty("password"),
        parsed.getDatabaseName());
  }

  private Properties connection() throws IOException {
    Properties told = new Properties();
    try (InputStream in = Files.newInputStream(data.resolve("connection.properties"))) {
      told.load(in);
    }
    return told;
  }

  @Override
  public void close() throws IOException {
    try {
      process.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while standalone stops", e);
    }
  }
}
