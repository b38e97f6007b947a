package io.sluice.bench;

import io.sluice.embedded.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;

/** All of Sluice in one JVM of its own, over a directory. */
final class StandaloneLine implements Line {
  /** As bin/standalone has them. */
  private static final List<String> OPTIONS = List.of("-Xmx1g");

  private final Path directory;
  private final ChildProcess process;
  private Warehouse warehouse;
  private Map<String, Long> processes;

  private StandaloneLine(Path directory, ChildProcess process) {
    this.directory = directory;
    this.process = process;
  }

  /** Starts it with this feed and waits until it is ready. */
  static StandaloneLine start(Path root, Path directory, FeedText feed)
      throws IOException, SQLException, InterruptedException {
    int port = Ports.free();
    Files.createDirectories(directory.resolve("pm"));
    feed.write(Files.createDirectories(directory.resolve("feeds")), directory.resolve("pm"));
    List<String> command =
        Programs.java(
            root,
            "standalone",
            OPTIONS,
            "io.sluice.standalone.StandaloneCommand",
            "--data=" + directory,
            "--http-port=" + port);
    Path log = directory.resolve("standalone.out");
    StandaloneLine line =
        new StandaloneLine(directory, new ChildProcess("standalone", command, Map.of(), log));
    try {
      line.process.start();
      Readiness.await(line.process, port);
      line.connect();
      return line;
    } catch (IOException | SQLException | InterruptedException | RuntimeException e) {
      line.close();
      throw e;
    }
  }

  private void connect() throws IOException, SQLException {
    Properties told = new Properties();
    try (InputStream in = Files.newInputStream(directory.resolve("connection.properties"))) {
      told.load(in);
    }
    warehouse =
        Warehouse.open(
            told.getProperty("url"), told.getProperty("user"), told.getProperty("password"));
    processes = new LinkedHashMap<>();
    processes.put("JVM", process.pid());
    processes.put("PostgreSQL", warehouse.postmaster());
  }

  @Override
  public Warehouse warehouse() {
    return warehouse;
  }

  @Override
  public Map<String, Long> processes() {
    return processes;
  }

  @Override
  public Path incoming() {
    return directory.resolve("pm");
  }

  @Override
  public Path staging() {
    return directory.resolve("staging");
  }

  /** The embedded broker counts nothing that could be asked for. */
  @Override
  public OptionalLong published() {
    return OptionalLong.empty();
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
