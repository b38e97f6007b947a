package io.sluice.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulateCommandTest {
  private static final Clock NOW =
      Clock.fixed(Instant.parse("2026-11-20T09:37:12Z"), ZoneOffset.UTC);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  @TempDir Path directory;

  @Test
  void printsExpectedAsJson_whenAskedForStandardOutput() {
    int exit = simulate("--gnbs", "3", "--periods", "2", "--expected", "-");

    assertThat(exit).isZero();
    Expected expected = ExpectedPrinter.fromJson(out.toString(StandardCharsets.UTF_8));
    assertThat(expected.files()).containsEntry("normal", 6L);
    assertThat(expected.rows()).isEqualTo(3 * 2 * 2 * 3);
  }

  @Test
  void printsALineEachCounter_whenAskedForTsv() throws Exception {
    Path tsv = directory.resolve("expected.tsv");

    simulate("--gnbs", "1", "--counters", "5", "--groups", "A,B", "--expected", tsv.toString());

    assertThat(Files.readAllLines(tsv))
        .hasSize(1 + 2 * 5)
        .first()
        .isEqualTo("group\tcounter\tnumbers\tsum\tvectors\tblanks\trejected");
  }

  @Test
  void endsWithTheLastFullPeriod_whenNoEndIsGiven() throws Exception {
    simulate("--gnbs", "1", "--periods", "1", "--plain");

    try (Stream<Path> files = Files.list(directory.resolve("pm"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactly("A20261120.0915+0000-0930+0000_gNB-00001.xml");
    }
  }

  @Test
  void refusesOptions_whenTheyMakeNoSense() {
    assertThat(simulate("--late", "lots")).isEqualTo(2);
    assertThat(simulate("--late", "60%", "--broken", "0.5")).isEqualTo(2);
    assertThat(simulate("--gnbs", "0")).isEqualTo(2);
    assertThat(simulate("--format", "32.104")).isEqualTo(2);
    assertThat(simulate("--one-file-size", "huge")).isEqualTo(2);
  }

  private int simulate(String... more) {
    String[] args =
        Stream.concat(Stream.of("--out", directory.resolve("pm").toString()), Stream.of(more))
            .toArray(String[]::new);
    PrintStream standardOut = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream nowhere =
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    return SimulateCommand.execute(NOW, standardOut, nowhere, args);
  }
}
