package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.simulator.Expected;
import io.sluice.simulator.WrittenFile;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeederTest {
  @TempDir Path directory;

  @Test
  void correctsAsManyAsAsked_whenThereAreEnoughPlainFiles() throws Exception {
    Feeder feeder = new Feeder(directory, 200, 1, Clock.systemUTC());
    feeder.writeUpTo(0.5);
    assertThat(feeder.files()).hasSizeBetween(90, 110);
    feeder.finish();
    Expected before = feeder.expected();

    assertThat(feeder.correct(20)).isEqualTo(20);
    assertThat(feeder.correct(20)).isEqualTo(20);

    List<WrittenFile> corrected =
        feeder.files().stream().filter(file -> file.version() == 2).toList();
    assertThat(corrected).hasSize(40);
    assertThat(feeder.expected().files()).containsEntry("correction", 40L);
    assertThat(feeder.expected().cells()).isEqualTo(before.cells());
    assertThat(feeder.files()).hasSize((int) before.fileCount());
  }
}
