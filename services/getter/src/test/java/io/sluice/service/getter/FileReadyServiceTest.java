package io.sluice.service.getter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import io.sluice.embedded.EmbeddedBroker;
import io.sluice.service.SluiceApplication;
import io.sluice.service.broker.Topology;
import io.sluice.testkit.EmbeddedDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** The getter told of files over HTTP and by messages, with a poll so long that it finds none. */
class FileReadyServiceTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String TOKEN = "open sesame";

  @TempDir private Path directory;
  private final EmbeddedDatabase.Database database = EmbeddedDatabase.shared().createDatabase();

  @Test
  void takesAnnouncedFilesOnce_andKeepsWhatItCannotTake_beforeAHostThatIsAway() throws Exception {
    Path in = Files.createDirectories(directory.resolve("in"));
    feed(in);
    try (EmbeddedBroker broker = EmbeddedBroker.startOnFreePort();
        ConfigurableApplicationContext service = start(broker);
        Connection connection = connect(broker);
        Channel channel = connection.createChannel()) {
      awaitFirstScan();
      Path byHttp = Files.writeString(in.resolve("a.xml"), "<a/>");
      Path byMessage = Files.writeString(in.resolve("b.xml"), "<b/>");
      String url = "http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port");
      assertThat(post(url, json(byHttp)).body()).contains("\"found\":1", "\"problems\":[]");
      assertThat(post(url, json(byHttp)).body()).contains("\"known\":1");
      assertThat(post(url, "{}").statusCode()).isEqualTo(400);
      HttpResponse<String> stranger = post(url, json(byMessage), "Bearer open");
      assertThat(stranger.statusCode()).isEqualTo(401);
      assertThat(stranger.body()).contains("sluice.getter.file-ready-token");
      for (int i = 1; i <= 5; i++) { // more than one reader holds
        send(channel, "{\"feed\": \"away\", \"path\": \"/pm/" + i + ".xml\"}");
      }
      send(channel, json(byMessage));
      send(channel, "not json");
      await()
          .atMost(DEADLINE)
          .untilAsserted(() -> assertThat(number("select count(*) from sluice.file")).isEqualTo(2));
      await()
          .atMost(DEADLINE)
          .untilAsserted(
              () ->
                  assertThat(number("select count(*) from sluice.work where stage = 'handle'"))
                      .isEqualTo(2));
      assertThat(deadLetter(channel)).isEqualTo("not json");
    }
  }

  private void feed(Path in) throws Exception {
    Path feeds = Files.createDirectories(directory.resolve("feeds"));
    Files.writeString(
        feeds.resolve("pm.yaml"),
        """
        feed: pm
        source:
          directory: {path: "%s/*.xml"}
          poll: 1h
        format: {3gpp-pm: {}}
        target: {table: "pm.{measInfoId}"}
        """
            .formatted(in));
    Files.writeString(
        feeds.resolve("away.yaml"),
        """
        feed: away
        source:
          sftp: {hosts: ["127.0.0.1:1"], user: pm, password: "${file:%s}", path: "/pm/*.xml"}
          poll: 1h
        format: {3gpp-pm: {}}
        target: {table: "away.{measInfoId}"}
        """
            .formatted(Files.writeString(directory.resolve("password"), "none")));
  }

  private ConfigurableApplicationContext start(EmbeddedBroker broker) {
    return SluiceApplication.run(
        "getter",
        Map.ofEntries(
            Map.entry("server.address", "127.0.0.1"),
            Map.entry("server.port", "0"),
            Map.entry("sluice.getter.file-ready-token", TOKEN),
            Map.entry("sluice.feeds", directory.resolve("feeds").toString()),
            Map.entry("sluice.staging.location", directory.resolve("staging").toUri().toString()),
            Map.entry("sluice.staging.min-free", "0B"),
            Map.entry("sluice.probe-interval", "200ms"),
            Map.entry("sluice.database.url", database.jdbcUrl()),
            Map.entry("sluice.database.user", database.user()),
            Map.entry("sluice.database.password", database.password()),
            Map.entry("sluice.broker.addresses", "127.0.0.1:" + broker.port()),
            Map.entry("sluice.broker.user", EmbeddedBroker.USER),
            Map.entry("sluice.broker.password", broker.password()),
            Map.entry("logging.level.root", "WARN")),
        new String[0],
        GetterConfiguration.class);
  }

  private static Connection connect(EmbeddedBroker broker) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(broker.port());
    factory.setUsername(EmbeddedBroker.USER);
    factory.setPassword(broker.password());
    return factory.newConnection();
  }

  /** From then on, no scan finds anything for an hour. */
  private void awaitFirstScan() {
    await()
        .atMost(DEADLINE)
        .ignoreExceptions()
        .until(
            () ->
                number("select count(*) from sluice.scan where feed = 'pm' and last_at is not null")
                    == 1);
  }

  private static String json(Path file) {
    return "{\"feed\": \"pm\", \"path\": \"" + file + "\"}";
  }

  private static HttpResponse<String> post(String url, String body) throws Exception {
    return post(url, body, "Bearer " + TOKEN);
  }

  private static HttpResponse<String> post(String url, String body, String authorization)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/file-ready"))
            .header("Content-Type", "application/json")
            .header("Authorization", authorization)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static void send(Channel channel, String body) throws Exception {
    channel.basicPublish(
        Topology.EXCHANGE, Topology.FILE_READY, null, body.getBytes(StandardCharsets.UTF_8));
  }

  private static String deadLetter(Channel channel) {
    GetResponse[] found = new GetResponse[1];
    await()
        .atMost(DEADLINE)
        .until(
            () -> {
              found[0] = channel.basicGet(Topology.FILE_READY + ".dead", true);
              return found[0] != null;
            });
    return new String(found[0].getBody(), StandardCharsets.UTF_8);
  }

  private long number(String sql) throws SQLException {
    try (var connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }
}
