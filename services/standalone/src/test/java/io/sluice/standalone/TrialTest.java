package io.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.core.feed.FeedParser;
import io.sluice.core.feed.FeedResult;
import io.sluice.core.feed.PathPattern;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TrialTest {
  /** Not a temporary directory of JUnit's: the server may run as another user than root. */
  private final Path data = Path.of("target", "trial-" + System.nanoTime()).toAbsolutePath();

  @AfterEach
  void delete() {
    TrialCommand.deleteAll(data);
  }

  @Test
  void neverSettles_whateverAFeedSays() throws Exception {
    Path source = Files.createDirectories(data.resolve("source")).resolve("a.csv");
    Files.writeString(source, "a,b\n1,2\n");
    Path feeds = Files.createDirectories(data.resolve("feeds"));
    Files.writeString(
        feeds.resolve("real.yaml"),
        """
        feed: real
        source: {directory: {path: "%s/*.csv"}, poll: 1s, stable: 0s, after: delete}
        format: {csv: {}}
        target: {table: real.rows, mode: append, partition: {by: none}}
        """
            .formatted(source.getParent()));
    try (Standalone trial = Standalone.start(TrialCommand.deployment(data));
        Connection warehouse = trial.warehouse().getConnection()) {
      TrialResults results = new TrialResults(warehouse);
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () ->
                  results.of("real").stream()
                      .anyMatch(o -> o.state().matches("loaded|settled") && closed(results)));
    }
    assertThat(source).hasContent("a,b\n1,2\n");
  }

  private static boolean closed(TrialResults results) {
    return results.query("select count(*) from sluice.work", row -> row.getLong(1)).get(0) == 0;
  }

  @Test
  void refusesToKeepItsData_whereSomethingLies(@TempDir Path taken) throws Exception {
    Files.writeString(taken.resolve("feed.yaml"), "feed: real\n");
    StringWriter said = new StringWriter();
    CommandLine command = new CommandLine(new TrialCommand()).setErr(new PrintWriter(said));
    String[] arguments = {
      "--format", "csv", "--keep", taken.toString(), taken.resolve("feed.yaml").toString()
    };
    assertThat(command.execute(arguments)).isEqualTo(2);
    assertThat(said.toString()).contains("is not empty; name a new or empty directory");
  }

  /** Globs, dates and quotes in the name of a directory are only letters. */
  @Test
  void findsItsFiles_inADirectoryOfAnyName() throws Exception {
    Path odd = data.resolve("it's {yyyy} [of] *?\\");
    TrialFeeds feeds = new TrialFeeds(odd, "csv");
    Path file = Files.writeString(Files.createDirectories(odd).resolve("a.csv"), "a,b\n1,2\n");
    feeds.add(file);
    FeedResult feed = FeedParser.parse(odd.resolve("feeds/f0001.yaml"));
    assertThat(feed.problems()).isEmpty();
    PathPattern pattern = feed.feed().orElseThrow().source().pathPattern();
    assertThat(pattern.base()).isEqualTo(odd.resolve("incoming/f0001").toString());
    assertThat(pattern.matches(odd.resolve("incoming/f0001/a.csv").toString())).isTrue();
  }
}
