package io.sluice.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.metric.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** An alert a file, of metrics that there are, each with its runbook. */
class AlertsTest {

  private static final Path ROOT = Path.of("../..");
  private static final Pattern METRIC = Pattern.compile("sluice_\\w+");
  private static final Pattern RUNBOOK = Pattern.compile("runbook: (\\S+)");

  @Test
  void alertsNameMetricsThatThereAre_andRunbooks() throws IOException {
    List<Path> alerts;
    try (Stream<Path> files = Files.list(ROOT.resolve("monitoring/alerts"))) {
      alerts = files.toList();
    }
    assertThat(alerts).isNotEmpty();
    List<String> metrics = Arrays.stream(Metric.values()).map(Metric::id).toList();
    for (Path alert : alerts) {
      String text = Files.readString(alert);
      String name = alert.getFileName().toString().replace(".yaml", "");
      assertThat(text).containsOnlyOnce("- alert: " + name + "\n");
      assertThat(METRIC.matcher(text).results().map(MatchResult::group))
          .isNotEmpty()
          .allMatch(metrics::contains);
      List<String> runbooks = RUNBOOK.matcher(text).results().map(m -> m.group(1)).toList();
      assertThat(runbooks).containsExactly("monitoring/runbooks/" + name + ".md");
      assertThat(Files.readString(ROOT.resolve(runbooks.get(0))))
          .contains("## Meaning", "## Impact", "## Diagnosis", "## Mitigation");
    }
  }
}
