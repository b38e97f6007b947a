package io.sluice.handler.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.feed.Feed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reads public CSV files of every sort, most of them made to break parsers, where these are at
 * hand.
 */
@EnabledIfEnvironmentVariable(named = "SLUICE_SHARED_DATA", matches = ".+")
class CsvCorpusTest {

  @TempDir Path temp;

  @Test
  void endsLoadedOrRejectedWithAReason_whateverTheFile() throws IOException {
    Path data = Path.of(System.getenv("SLUICE_SHARED_DATA"), "csv");
    List<Path> files;
    try (Stream<Path> walk = Files.walk(data)) {
      files = walk.filter(Files::isRegularFile).sorted().toList();
    }
    List<String> outcomes = new ArrayList<>();
    try (HandleFixture fixture = new HandleFixture(temp)) {
      for (int i = 0; i < files.size(); i++) {
        outcomes.add(data.relativize(files.get(i)) + "\t" + outcome(fixture, files.get(i), i));
        Files.write(Path.of("target", "csv-outcomes.tsv"), outcomes);
      }
    }
    assertThat(outcomes)
        .isNotEmpty()
        .allMatch(line -> line.matches("[^\t]+\t(handled|rejected)\t.*"));
  }

  private static String outcome(HandleFixture fixture, Path file, int number) throws IOException {
    Feed feed =
        fixture.feed(
            """
            feed: f%d
            source: {directory: {path: "/in/*"}}
            format: {csv: {}}
            target: {table: csv.t%d, mode: append, partition: {by: none}}
            """
                .formatted(number, number));
    long id = fixture.handle(feed, "/in/" + number, Files.readAllBytes(file));
    String state = fixture.state(id);
    if (!state.equals("handled")) {
      return state + "\t" + fixture.reason(id).replaceAll("\\s+", " ");
    }
    fixture.load(feed);
    long read = fixture.number("select read from sluice.work where file_id = " + id);
    long rejected = fixture.number("select rejected from sluice.work where file_id = " + id);
    boolean none = fixture.text("select to_regclass('csv.t" + number + "')") == null;
    long loaded = none ? 0 : fixture.number("select count(*) from csv.t" + number);
    assertThat(loaded + rejected).as(file.toString()).isEqualTo(read);
    String reasons =
        fixture.text(
            "select string_agg(distinct reason, ',') from sluice.reject where file_id = " + id);
    String columns =
        fixture.text(
            "select left(string_agg(column_name, ',' order by ordinal), 80) from sluice.counter where feed = 'f"
                + number
                + "'");
    return state + "\t" + read + " rows, " + rejected + " rejected\t" + reasons + "\t" + columns;
  }
}
