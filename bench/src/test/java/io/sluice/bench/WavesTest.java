package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.simulator.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WavesTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:07:00Z");

  @TempDir Path directory;

  @Test
  void goOnWhereTheLastOneEnded_whenPlacedAtOnceAndOneByOne() throws Exception {
    Path incoming = Files.createDirectories(directory.resolve("pm"));
    Network network = Network.of(3, 1, 2, List.of("NRCellDU"), 42);
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    Waves waves = new Waves(network, directory.resolve("aside"), true, clock);

    waves.write(2);
    waves.place(incoming, "first");
    assertThat(waves.rows())
        .isEqualTo("end_time > '2026-11-19T13:00:00Z' and end_time <= '2026-11-19T13:30:00Z'");
    waves.write(1);
    waves.place(incoming, "second", 1_000);

    assertThat(waves.rows())
        .isEqualTo("end_time > '2026-11-19T13:30:00Z' and end_time <= '2026-11-19T13:45:00Z'");
    assertThat(waves.files()).isEqualTo(3);
    assertThat(names(incoming.resolve("first"))).hasSize(6);
    assertThat(names(incoming.resolve("second")))
        .hasSize(3)
        .doesNotContainAnyElementsOf(names(incoming.resolve("first")));
    assertThat(waves.expected().fileCount()).isEqualTo(9);
    Path placed = incoming.resolve("second").resolve(names(incoming.resolve("second")).get(0));
    assertThat(Files.getLastModifiedTime(placed).toInstant()).isEqualTo(NOW);
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
