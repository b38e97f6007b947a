package io.sluice.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Two processes of each service. */
final class Fleet implements AutoCloseable {
  static final List<String> SERVICES = List.of("getter", "handler", "loader");
  private static final int REPLICAS = 2;
  private static final Duration DOWN = Duration.ofSeconds(1);

  private final Map<String, ChildProcess> processes = new LinkedHashMap<>();
  private final Programs programs;

  Fleet(Programs programs, Surroundings surroundings) {
    this.programs = programs;
    for (String service : SERVICES) {
      for (int replica = 1; replica <= REPLICAS; replica++) {
        String name = service + "-" + replica;
        Path log = surroundings.log(name);
        processes.put(
            name,
            new ChildProcess(name, programs.command(service), programs.environment(Map.of()), log));
      }
    }
  }

  void start() throws IOException {
    for (ChildProcess process : processes.values()) {
      process.start();
    }
  }

  /** As {@code kill -9}, then a new start. */
  void killAndStart(String name) throws IOException, InterruptedException {
    ChildProcess process = processes.get(name);
    process.kill();
    Thread.sleep(DOWN.toMillis());
    process.start();
  }

  /** Stops both replicas of a service in order and starts them with other settings. */
  void restartWith(String service, Map<String, String> changed)
      throws IOException, InterruptedException {
    for (int replica = 1; replica <= REPLICAS; replica++) {
      ChildProcess process = processes.get(service + "-" + replica);
      process.stop();
      process.environment(programs.environment(changed));
      process.start();
    }
  }

  /**
   * To be called now and then.
   *
   * @throws IllegalStateException when a process ended although nobody ended it
   */
  void check() {
    for (ChildProcess process : processes.values()) {
      if (!process.isAlive()) {
        throw new IllegalStateException(
            "%s ended by itself with exit code %d; see its log"
                .formatted(process.name(), process.exitCode()));
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      for (ChildProcess process : processes.values()) {
        process.stop();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the services stop", e);
    }
  }
}
