package io.sluice.bench;

import io.sluice.embedded.EmbeddedPostgres;
import io.sluice.embedded.Ports;
import io.sluice.testkit.PrivateRabbit;
import io.sluice.testkit.RabbitPrograms;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Getter, handler and loader in a JVM each, over a real RabbitMQ. */
final class SeparateLine implements Line {
  private static final List<String> OPTIONS = List.of("-Xmx512m");
  private static final Pattern RECEIVED =
      Pattern.compile("messages_received_total\\s*=>\\s*(\\d+)");

  private final Surroundings surroundings;
  private final List<ChildProcess> services = new ArrayList<>();
  private final Map<String, Long> processes = new LinkedHashMap<>();
  private Warehouse warehouse;

  private SeparateLine(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Starts all of it with this feed and waits until every service is ready. */
  static SeparateLine start(Path root, Path directory, RabbitPrograms rabbit, FeedText feed)
      throws IOException, SQLException, InterruptedException {
    SeparateLine line = new SeparateLine(Surroundings.start(directory, rabbit));
    try {
      feed.write(line.surroundings.feeds(), line.incoming());
      line.startServices(new Programs(root, line.surroundings, OPTIONS));
      line.connect();
      return line;
    } catch (IOException | SQLException | InterruptedException | RuntimeException e) {
      line.close();
      throw e;
    }
  }

  private void startServices(Programs programs) throws IOException, InterruptedException {
    List<Integer> ports = new ArrayList<>();
    for (String service : Fleet.SERVICES) {
      int port = Ports.free();
      Map<String, String> environment =
          programs.environment(
              Map.of("SERVER_PORT", Integer.toString(port), "SLUICE_LEDGER_LEASE", "2m"));
      ChildProcess process =
          new ChildProcess(
              service, programs.command(service), environment, surroundings.log(service));
      services.add(process);
      ports.add(port);
      process.start();
      processes.put(service, process.pid());
    }
    for (int i = 0; i < ports.size(); i++) {
      Readiness.await(services.get(i), ports.get(i));
    }
  }

  private void connect() throws SQLException {
    EmbeddedPostgres postgres = surroundings.postgres();
    warehouse =
        Warehouse.open(
            postgres.jdbcUrl(Surroundings.DATABASE), EmbeddedPostgres.USER, postgres.password());
    processes.put("PostgreSQL", warehouse.postmaster());
    PrivateRabbit rabbit = surroundings.rabbit();
    processes.put("RabbitMQ", rabbit.pid());
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
    return surroundings.files();
  }

  @Override
  public Path staging() {
    return surroundings.staging();
  }

  /** As the node itself counts them, without a plugin. */
  @Override
  public OptionalLong published() {
    String counters =
        surroundings.rabbit().rabbitmqctl("eval", "rabbit_global_counters:overview().");
    Matcher received = RECEIVED.matcher(counters);
    long sum = 0;
    while (received.find()) {
      sum += Long.parseLong(received.group(1));
    }
    return OptionalLong.of(sum);
  }

  @Override
  public void close() throws IOException {
    try {
      for (ChildProcess service : services) {
        service.stop();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the services stop", e);
    } finally {
      surroundings.close();
    }
  }
}
