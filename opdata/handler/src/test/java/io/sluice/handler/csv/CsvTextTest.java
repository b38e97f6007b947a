package io.sluice.handler.csv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedFormat;
import io.sluice.core.feed.FeedParser;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is guessed of a CSV file, and what is said about it. */
class CsvTextTest {

  private static CsvText open(String format, String text) {
    Feed feed =
        FeedParser.parse(
                "f.yaml",
                """
                feed: f
                source: {directory: {path: "/in/*.csv"}}
                format: {csv: %s}
                target: {table: t, partition: {by: none}}
                """
                    .formatted(format))
            .feed()
            .orElseThrow();
    CsvText csv = new CsvText((FeedFormat.Csv) feed.format());
    csv.open(new ByteArrayInputStream(text.getBytes(UTF_8)));
    return csv;
  }

  private static List<List<String>> rows(CsvText csv) {
    List<List<String>> rows = new ArrayList<>();
    while (csv.next()) {
      List<String> row = new ArrayList<>();
      for (int i = 0; i < csv.row().count(); i++) {
        row.add(csv.row().text(i));
      }
      rows.add(row);
    }
    return rows;
  }

  @Test
  void takesTheDelimiterThatHolds_whenOneColumnHasACommaInEachRow() {
    CsvText csv =
        open(
            "{}",
            """
            April 15, 2027;402;25.00;4.00;Ray;pending;
            April 14, 2027;444;25.00;4.00;Scott;pending;
            April 9, 2027;678;25.00;4.00;Lonny;
            April 8, 2027;578;25.00;4.00;Cecelia;
            """);
    assertThat(csv.hasHeader()).isFalse();
    assertThat(rows(csv).get(0)).hasSize(7).startsWith("April 15, 2027", "402");
    assertThat(csv.notes())
        .anyMatch(note -> note.contains("taken to be ';'") && note.contains("','"));
  }

  @Test
  void takesTheDelimiterThatHolds_whenOneLineIsOdd() {
    CsvText csv = open("{}", "a;b;c;d;e\n" + "a, b, c, d, e, f, g\n" + "1;2;3;4;5\n".repeat(30));
    assertThat(rows(csv).get(2)).containsExactly("1", "2", "3", "4", "5");
  }

  @Test
  void takesDecimalCommasForNumbers() {
    CsvText csv = open("{}", "x,y;u,v\n1,5;2,5\n3,5;4,5\n");
    assertThat(rows(csv).get(1)).containsExactly("1,5", "2,5");
  }

  @Test
  void isSilent_whenNothingElseFits() {
    CsvText csv = open("{}", "id,name,v\n1,a,5\n2,b,6\n");
    assertThat(csv.hasHeader()).isTrue();
    assertThat(csv.notes()).isEmpty();
  }

  @Test
  void takesEqualNamesForAHeader() {
    CsvText csv = open("{}", "id;value;value\n1;2;3\n2;3;4\n");
    assertThat(csv.hasHeader()).isTrue();
    assertThat(csv.notes()).isEmpty();
  }

  @Test
  void saysThatTheHeaderIsAGuess_whenNothingTellsItFromRows() {
    assertThat(open("{}", "Ann,Berlin\nBob,Paris\n").notes())
        .singleElement()
        .asString()
        .contains("header: true or false");
    assertThat(open("{}", "cell,2025,2026\nA,5,6\n").notes()).isEmpty();
    assertThat(open("{}", "total,2025\n5,6\n").notes())
        .singleElement()
        .asString()
        .contains("might be the header");
    CsvText equal = open("{}", "Ann,Ann\nBob,Paris\n");
    assertThat(equal.hasHeader()).isFalse();
    assertThat(equal.notes()).singleElement().asString().contains("might be the header");
    assertThat(open("{header: true}", "Ann,Berlin\nBob,Paris\n").notes()).isEmpty();
  }

  @Test
  void saysWhatItPassesOver() {
    CsvText csv = open("{}", "Total 13,675 Records\na;b;c\n1;2;3\n4;5;6\n");
    assertThat(rows(csv)).hasSize(3);
    assertThat(csv.notes()).anyMatch(note -> note.contains("first 1 rows were skipped"));
  }

  @Test
  void skipsEveryByteOrderMark() {
    CsvText csv = open("{columns: {id: integer, cell: text}}", "\uFEFF\uFEFFid;cell\n1;a\n");
    assertThat(csv.hasHeader()).isTrue();
    assertThat(rows(csv)).containsExactly(List.of("id", "cell"), List.of("1", "a"));
  }

  @Test
  void takesADelimiterOfSeveralCharacters() {
    CsvText csv = open("{delimiter: ']|['}", "a]|[b|c]|[d\n1]|[2|3]|[4\n");
    assertThat(rows(csv)).containsExactly(List.of("a", "b|c", "d"), List.of("1", "2|3", "4"));
  }
}
