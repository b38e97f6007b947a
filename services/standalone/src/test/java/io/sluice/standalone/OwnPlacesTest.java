package io.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Trial, demo and standalone in a shell, and in a directory, that are set up for another deployment
 * by every way there is: whatever that one has must be as it was.
 */
class OwnPlacesTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** Not a temporary directory of JUnit's: the server may run as another user than root. */
  private final Path home = Path.of("target", "places-" + System.nanoTime()).toAbsolutePath();

  private final Path theirs = home.resolve("theirs");
  private final Path source = theirs.resolve("pm/a.csv");
  private final Path data = home.resolve("data");
  private final EmbeddedDatabase.Database warehouse = EmbeddedDatabase.shared().createDatabase();
  private List<String> before;
  private Process started;

  @BeforeEach
  void setUpTheOther() throws IOException {
    write(source, "a,b\n1,2\n");
    write(theirs.resolve("feeds/theirs.yaml"), feed("theirs", source.getParent()));
    write(
        theirs.resolve("tasks/theirs.yaml"),
        "task: theirs\nschedule: every 1s\npartition: {tables: [public.t], by: day, ahead: 1d}\n");
    Files.createDirectories(theirs.resolve("staging"));
    Files.createDirectories(theirs.resolve("temp"));
    Path here = Files.createDirectories(home.resolve("here"));
    StringBuilder properties = new StringBuilder();
    settings().forEach((name, value) -> properties.append(name + "=" + value + "\n"));
    write(here.resolve("application.properties"), properties.toString());
    write(here.resolve("config/application.properties"), properties.toString());
    write(theirs.resolve("sluice.properties"), properties.toString());
    write(
        theirs.resolve("logback.xml"),
        """
        <configuration><appender name="F" class="ch.qos.logback.core.FileAppender"><file>%s</file>
        <encoder><pattern>%%msg%%n</pattern></encoder></appender>
        <root level="INFO"><appender-ref ref="F"/></root></configuration>
        """
            .formatted(theirs.resolve("other.log")));
    write(data.resolve("feeds/ours.yaml"), feed("ours", data.resolve("incoming")));
    write(data.resolve("incoming/b.csv"), "a,b\n3,4\n");
    write(home.resolve("named/c.csv"), "a,b\n5,6\n");
    before = filesOfTheOther();
  }

  @AfterEach
  void delete() throws InterruptedException {
    if (started != null) {
      started.destroyForcibly().waitFor(); // where the test has failed it may still run
    }
    TrialCommand.deleteAll(home);
  }

  @Test
  void trialReadsOnlyWhatItsCommandLineNames_whateverTheEnvironmentSays() throws Exception {
    Process trial =
        start("TrialCommand", "--format", "csv", home.resolve("named/c.csv").toString());
    assertThat(trial.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(said()).contains("1 files: {loaded=1}");
    assertThat(trial.exitValue()).isZero();
    assertThat(home.resolve("named/c.csv")).exists();
    assertTheOtherIsAsItWas();
  }

  @Test
  void demoLoadsItsOwnNetwork_whateverTheEnvironmentSays() throws Exception {
    Process demo = start("Demo", "--once", "--gnbs", "2", "--data", data.toString());
    assertThat(demo.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(said()).contains("exact").doesNotContain("NOT exact", "WRONG");
    assertThat(demo.exitValue()).isZero();
    assertTheOtherIsAsItWas();
  }

  @Test
  void standaloneCollectsItsOwnFeeds_whateverTheEnvironmentSays() throws Exception {
    Process standalone = start("StandaloneCommand", "--data", data.toString());
    try {
      // The other feed is polled as often: it would be gone by then.
      await().atMost(PATIENCE).until(() -> !Files.exists(data.resolve("incoming/b.csv")));
    } finally {
      standalone.destroy();
      assertThat(standalone.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
    assertThat(said())
        .contains(
            "Ignored, because standalone uses its own database, broker, staging, feeds and"
                + " tasks: SLUICE_BROKER_ADDRESSES,")
        .contains("SLUICE_DATABASE_URL", "bin/sluice --url jdbc:postgresql://127.0.0.1:")
        .doesNotContain(":1/actuator");
    assertTheOtherIsAsItWas();
  }

  private void assertTheOtherIsAsItWas() throws Exception {
    assertThat(filesOfTheOther()).isEqualTo(before);
    assertThat(source).hasContent("a,b\n1,2\n");
    try (Connection connection = warehouse.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet schemas =
            statement.executeQuery("select count(*) from pg_namespace where nspname = 'sluice'")) {
      schemas.next();
      assertThat(schemas.getInt(1)).isZero();
    }
  }

  private List<String> filesOfTheOther() throws IOException {
    try (var files = Files.walk(theirs)) {
      return files.map(Path::toString).sorted().toList();
    }
  }

  /** Of the other deployment, by the names of properties. */
  private Map<String, String> settings() {
    return Map.ofEntries(
        Map.entry("sluice.feeds", theirs.resolve("feeds").toString()),
        Map.entry("sluice.pgtask.tasks", theirs.resolve("tasks").toString()),
        Map.entry("sluice.database.url", warehouse.jdbcUrl()),
        Map.entry("sluice.database.user", warehouse.user()),
        Map.entry("sluice.database.password", warehouse.password()),
        Map.entry("sluice.broker.addresses", "127.0.0.1:1"),
        Map.entry("sluice.broker.tls", "true"),
        Map.entry("sluice.broker.virtual-host", "theirs"),
        Map.entry("sluice.staging.location", theirs.resolve("staging").toUri().toString()),
        Map.entry("sluice.getter.temp", theirs.resolve("temp").toString()),
        Map.entry("sluice.handler.temp", theirs.resolve("temp").toString()),
        Map.entry("server.port", "1"),
        Map.entry("management.server.port", "1"),
        Map.entry("spring.profiles.active", "theirs"),
        Map.entry("logging.file.name", theirs.resolve("their.log").toString()));
  }

  private Process start(String main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.add("-XX:+ExitOnOutOfMemoryError");
    settings().forEach((name, value) -> command.add("-D" + name + "=" + value));
    command.add("-Dlogback.configurationFile=" + theirs.resolve("logback.xml"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("io.sluice.standalone." + main);
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(home.resolve("here").toFile());
    builder.redirectErrorStream(true).redirectOutput(home.resolve("said").toFile());
    Map<String, String> environment = builder.environment();
    StringBuilder json = new StringBuilder("{");
    settings()
        .forEach(
            (name, value) -> {
              environment.put(variable(name), value);
              json.append(json.length() == 1 ? "" : ",");
              json.append("\"%s\":\"%s\"".formatted(name, value));
            });
    environment.put("SPRING_APPLICATION_JSON", json.append("}").toString());
    environment.put("SPRING_CONFIG_LOCATION", theirs.resolve("sluice.properties").toString());
    environment.put("SPRING_CONFIG_IMPORT", theirs.resolve("sluice.properties").toString());
    environment.put("LOGGING_CONFIG", theirs.resolve("logback.xml").toString());
    started = builder.start();
    return started;
  }

  private static String variable(String property) {
    return property.replace("-", "").replace('.', '_').toUpperCase(java.util.Locale.ROOT);
  }

  private String said() throws IOException {
    return Files.readString(home.resolve("said"));
  }

  private static String feed(String name, Path directory) {
    return """
        feed: %s
        source: {directory: {path: "%s/*.csv"}, poll: 1s, stable: 0s, after: delete}
        format: {csv: {}}
        target: {table: %1$s.rows, mode: append, partition: {by: none}}
        """
        .formatted(name, directory);
  }

  private static void write(Path file, String content) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
