package io.sluice.service.pgtask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.pgtask.run.SqlStep;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.service.SluiceApplication;
import io.sluice.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** The service as its surroundings see it; there is neither a broker nor staging. */
class PgtaskServiceTest {
  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir private Path directory;
  private String url;

  @Test
  void runsWhatIsDeclared_andSaysWhatIsWrong() throws Exception {
    try (EmbeddedDatabase server = EmbeddedDatabase.startPrivate()) {
      EmbeddedDatabase.Database database = server.createDatabase();
      execute(database, "create table t__sluice_log (n int)");
      try (ConfigurableApplicationContext service = start(database)) {
        url = "http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port");
        awaitReadiness(200, "\"tasks\":\"running\"");
        awaitReadiness(200, "rest of a rewrite of public.t, log 0 B in database warehouse");
        assertThat(get("/actuator/prometheus").body())
            .containsPattern("sluice_task_orphans(\\{.*})? 1.0")
            .containsPattern("sluice_task_elsewhere(\\{.*})? 0.0");
        service
            .getBean(TaskRunner.class)
            .with(
                MaintenanceSpec.class,
                (spec, run) -> run.step(SqlStep.autocommit("Analyze everything", "analyze")));
        declare(
            "tidy",
            "task: tidy\nschedule: every 1h\nmaintenance: {tables: [\"*.*\"], analyze: {}}\n");
        await().until(() -> "tidy done 1".equals(runs(database)));
        assertThat(get("/actuator/prometheus").body())
            .contains("sluice_task_runs_total{", "outcome=\"done\"", "task=\"tidy\"")
            .contains("sluice_task_last_success_seconds{");
        declare("broken", "task: broken\nmaintenance: {tables: 7}\n");
        awaitReadiness(200, "broken.yaml:2:");
        server.server().stop();
        awaitReadiness(503, "\"tasks\":\"waits: database: ");
        server.server().start();
        awaitReadiness(200, "\"tasks\":\"running\"");
      }
    }
  }

  @Test
  void startsBeforeItsDatabase_andSaysWhatFailed() throws Exception {
    try (EmbeddedDatabase server = EmbeddedDatabase.startPrivate()) {
      EmbeddedDatabase.Database database = server.createDatabase();
      server.server().stop();
      try (ConfigurableApplicationContext service = start(database)) {
        url = "http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port");
        awaitReadiness(503, "\"tasks\":\"waits: database: ");
        service
            .getBean(TaskRunner.class)
            .with(
                MaintenanceSpec.class,
                (spec, run) -> run.step(SqlStep.autocommit("Divide", "select 1 / 0")));
        declare("tidy", "task: tidy\nmaintenance: {tables: [\"*.*\"], analyze: {}}\n");
        server.server().start();
        awaitReadiness(200, "Divide failed: division by zero");
      }
    }
  }

  private static void execute(EmbeddedDatabase.Database database, String sql) throws Exception {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private void declare(String name, String yaml) throws IOException {
    Files.writeString(directory.resolve(name + ".yaml"), yaml);
  }

  private static String runs(EmbeddedDatabase.Database database) throws Exception {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select string_agg(concat_ws(' ', task, state, steps), ',') from"
                    + " sluice.task_run")) {
      row.next();
      return row.getString(1);
    }
  }

  private ConfigurableApplicationContext start(EmbeddedDatabase.Database database) {
    Map<String, Object> settings = new HashMap<>(PgtaskConfiguration.DEFAULTS);
    settings.putAll(
        Map.ofEntries(
            Map.entry("server.address", "127.0.0.1"),
            Map.entry("server.port", "0"),
            Map.entry("sluice.feeds", directory.resolve("feeds").toString()),
            Map.entry("sluice.feeds-reload", "200ms"),
            Map.entry("sluice.pgtask.tasks", directory.toString()),
            Map.entry("sluice.pgtask.poll", "100ms"),
            Map.entry("sluice.database.url", database.jdbcUrl()),
            Map.entry("sluice.database.user", database.user()),
            Map.entry("sluice.database.password", database.password()),
            Map.entry("sluice.database.timeout", "1s"),
            Map.entry("logging.level.root", "WARN")));
    return SluiceApplication.run("pgtask", settings, new String[0], PgtaskConfiguration.class);
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
