package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.staging.StagingSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class SluicePropertiesTest {

  @Test
  void hasTheseDefaults_whenNothingIsSet() {
    SluiceProperties properties = bind(Map.of());
    assertThat(properties.instance()).endsWith("-" + ProcessHandle.current().pid());
    assertThat(properties.feeds()).isEqualTo(Path.of("feeds"));
    assertThat(properties.feedsReload()).isEqualTo(Duration.ofSeconds(5));
    assertThat(properties.probeInterval()).isEqualTo(Duration.ofSeconds(3));
    assertThat(properties.shutdownTimeout()).isEqualTo(Duration.ofSeconds(25));
    assertThat(properties.database())
        .isEqualTo(
            new SluiceProperties.Database(
                "jdbc:postgresql://localhost:5432/sluice",
                "sluice",
                "",
                16,
                Duration.ofSeconds(5)));
    assertThat(properties.broker())
        .isEqualTo(
            new SluiceProperties.Broker(
                List.of("localhost:5672"), "guest", "guest", "/", false, Duration.ofSeconds(10)));
    assertThat(properties.staging().settings())
        .isEqualTo(StagingSettings.of(URI.create("file:///var/lib/sluice/staging")));
    assertThat(properties.ledger())
        .isEqualTo(new SluiceProperties.Ledger(Duration.ofDays(30), Duration.ofMinutes(2), 5));
  }

  @Test
  void takesEachProperty_whenSetByItsName() {
    SluiceProperties properties =
        bind(
            Map.ofEntries(
                Map.entry("sluice.instance", "one"),
                Map.entry("sluice.feeds", "/etc/feeds"),
                Map.entry("sluice.feeds-reload", "1m"),
                Map.entry("sluice.probe-interval", "4s"),
                Map.entry("sluice.shutdown-timeout", "9s"),
                Map.entry("sluice.database.url", "jdbc:postgresql://db/w"),
                Map.entry("sluice.database.user", "u"),
                Map.entry("sluice.database.password", "secret1"),
                Map.entry("sluice.database.pool-size", "3"),
                Map.entry("sluice.database.timeout", "7s"),
                Map.entry("sluice.broker.addresses", "a:1,b:2"),
                Map.entry("sluice.broker.user", "bu"),
                Map.entry("sluice.broker.password", "secret2"),
                Map.entry("sluice.broker.virtual-host", "v"),
                Map.entry("sluice.broker.tls", "true"),
                Map.entry("sluice.broker.timeout", "8s"),
                Map.entry("sluice.staging.location", "s3://bucket/prefix"),
                Map.entry("sluice.staging.limit", "10GB"),
                Map.entry("sluice.staging.min-free", "2GB"),
                Map.entry("sluice.staging.s3.endpoint", "http://s3:9000"),
                Map.entry("sluice.staging.s3.region", "r"),
                Map.entry("sluice.staging.s3.path-style", "true"),
                Map.entry("sluice.staging.s3.access-key", "k"),
                Map.entry("sluice.staging.s3.secret-key", "secret3"),
                Map.entry("sluice.ledger.keep", "10d"),
                Map.entry("sluice.ledger.lease", "1m"),
                Map.entry("sluice.ledger.attempts", "7")));
    assertThat(properties)
        .isEqualTo(
            new SluiceProperties(
                "one",
                Path.of("/etc/feeds"),
                Duration.ofMinutes(1),
                Duration.ofSeconds(4),
                Duration.ofSeconds(9),
                new SluiceProperties.Database(
                    "jdbc:postgresql://db/w", "u", "secret1", 3, Duration.ofSeconds(7)),
                new SluiceProperties.Broker(
                    List.of("a:1", "b:2"), "bu", "secret2", "v", true, Duration.ofSeconds(8)),
                new SluiceProperties.Staging(
                    URI.create("s3://bucket/prefix"),
                    DataSize.ofGigabytes(10),
                    DataSize.ofGigabytes(2),
                    new SluiceProperties.S3(
                        URI.create("http://s3:9000"), "r", true, "k", "secret3")),
                new SluiceProperties.Ledger(Duration.ofDays(10), Duration.ofMinutes(1), 7)));
    assertThat(properties.toString()).doesNotContain("secret");
  }

  private static SluiceProperties bind(Map<String, String> values) {
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("sluice", SluiceProperties.class);
  }
}
