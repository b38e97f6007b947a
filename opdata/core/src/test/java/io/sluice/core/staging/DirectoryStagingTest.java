package io.sluice.core.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.staging.StagingUse.Kind;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStagingTest extends StagingContract {

  @TempDir Path dir;

  @Override
  Staging openEmpty(long limitBytes) throws IOException {
    Path root = Files.createTempDirectory(dir, "staging");
    return Stagings.open(new StagingSettings(root.toUri(), limitBytes, 0, null), clock);
  }

  @Test
  void hasNoRoom_whenDiskIsNearlyFull() throws IOException {
    StagingSettings settings =
        new StagingSettings(
            URI.create(dir.toString()), StagingSettings.UNLIMITED, Long.MAX_VALUE, null);
    try (Staging full = Stagings.open(settings)) {
      assertThatThrownBy(() -> full.checkRoom(Kind.CHUNK))
          .isInstanceOf(StagingFull.class)
          .hasMessageContaining("staging.min-free");
    }
  }

  @Test
  void stopsRawFilesBeforeChunks_andSweepsBeforeThat_whenDiskFillsUp() {
    long min = 1_000;
    StagingUse low = new StagingUse("s", 0, 0, StagingSettings.UNLIMITED, 1_800, min);
    assertThat(low.excess(0.8)).isEqualTo(200);
    assertThat(low.hasRoom(Kind.RAW)).isTrue();
    StagingUse lower = new StagingUse("s", 0, 0, StagingSettings.UNLIMITED, 1_500, min);
    assertThat(lower.hasRoom(Kind.RAW)).isFalse();
    assertThat(lower.hasRoom(Kind.CHUNK)).isTrue();
    StagingUse lowest = new StagingUse("s", 0, 0, StagingSettings.UNLIMITED, 1_000, min);
    assertThat(lowest.hasRoom(Kind.CHUNK)).isFalse();
  }

  @Test
  void isNotReadable_whenTheVolumeIsNotMounted() throws IOException {
    Path root = Files.createDirectory(dir.resolve("mounted"));
    try (Staging mounted = Stagings.open(StagingSettings.of(root.toUri()))) {
      mounted.checkReadable();
      Files.move(root, dir.resolve("away"));
      Files.createDirectory(root);
      assertThatThrownBy(mounted::checkReadable).hasMessageContaining("mount its volume");
    }
  }

  @Test
  void removesLeftovers_onlyWhenTheyAreOld() throws IOException {
    StagingWriter writer = staging().create("raw/a/1");
    writer.write('x');
    staging().deleteAbandoned(Instant.now().minusSeconds(60));
    writer.commit();
    assertThat(read("raw/a/1")).isEqualTo("x");
    StagingWriter died = staging().create("raw/a/2");
    died.write('x');
    staging().deleteAbandoned(Instant.now().plusSeconds(60));
    assertThatThrownBy(died::commit).isInstanceOf(IOException.class);
    assertThat(keys("")).containsExactly("raw/a/1");
  }

  @Test
  void refusesLocation_whenItIsNoKnownKind() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Stagings.open(StagingSettings.of(URI.create("ftp://host/dir"))))
        .withMessageContaining("s3://bucket/prefix");
  }
}
