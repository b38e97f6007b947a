package io.sluice.service.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.embedded.EmbeddedBroker;
import io.sluice.service.SluiceApplication;
import io.sluice.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** The service as its surroundings see it: over HTTP, while what it needs comes and goes. */
class HandlerServiceTest {
  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir private Path directory;
  private String url;

  @Test
  void saysInReadinessWhatIsAway_andGoesOnByItself() throws Exception {
    try (EmbeddedDatabase server = EmbeddedDatabase.startPrivate();
        EmbeddedBroker broker = EmbeddedBroker.startOnFreePort();
        ConfigurableApplicationContext service = start(server.createDatabase(), broker)) {
      url = "http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port");
      awaitReadiness(200, "\"handle\":\"running\"");
      assertThat(get("/actuator/prometheus").body())
          .contains("sluice_stage_paused{", "stage=\"handle\"");
      server.server().stop();
      broker.stop();
      awaitReadiness(503, "paused: ");
      assertThat(get("/actuator/health/liveness").statusCode()).isEqualTo(200);
      broker.start();
      awaitReadiness(503, "paused: database: ");
      server.server().start();
      awaitReadiness(200, "\"handle\":\"running\"");
    }
  }

  private ConfigurableApplicationContext start(
      EmbeddedDatabase.Database database, EmbeddedBroker broker) {
    return SluiceApplication.run(
        "handler",
        Map.ofEntries(
            Map.entry("server.address", "127.0.0.1"),
            Map.entry("server.port", "0"),
            Map.entry("sluice.feeds", directory.toString()),
            Map.entry("sluice.staging.location", directory.resolve("staging").toUri().toString()),
            Map.entry("sluice.staging.min-free", "0B"),
            Map.entry("sluice.probe-interval", "200ms"),
            Map.entry("sluice.database.url", database.jdbcUrl()),
            Map.entry("sluice.database.user", database.user()),
            Map.entry("sluice.database.password", database.password()),
            Map.entry("sluice.database.timeout", "1s"),
            Map.entry("sluice.broker.addresses", "127.0.0.1:" + broker.port()),
            Map.entry("sluice.broker.user", EmbeddedBroker.USER),
            Map.entry("sluice.broker.password", broker.password()),
            Map.entry("logging.level.root", "WARN")),
        new String[0],
        HandlerConfiguration.class);
  }

  private void awaitReadiness(int status, String content) {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              HttpResponse<String> response = get("/actuator/health/readiness");
              assertThat(response.body()).contains(content);
              assertThat(response.statusCode()).isEqualTo(status);
            });
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(url + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
