package io.sluice.core.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.ids.Tokens;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PacksTest {

  private static final Instant NOW = Instant.parse("2026-11-20T23:59:59Z");
  private static final long TOKEN = Tokens.of(NOW, 17);
  private static final String KEY = StagingKeys.raw("f", TOKEN);

  @TempDir Path directory;
  private Staging staging;

  @BeforeEach
  void open() throws IOException {
    staging = Stagings.open(StagingSettings.of(directory.toUri()));
  }

  private static RawIdentity file(long id, long offset, long size) {
    return new RawIdentity(id, "ems1", "/" + id, size, NOW, "00", null, false, true, false, offset);
  }

  private void write(boolean commit) throws IOException {
    try (PackWriter pack = new PackWriter(staging, "f", TOKEN)) {
      for (int id = 1; id <= 3; id++) {
        byte[] bytes = ("file " + id).getBytes(StandardCharsets.UTF_8);
        long offset = pack.position();
        pack.write(bytes, 0, bytes.length);
        if (id != 2) {
          pack.add(file(id, offset, bytes.length));
        }
      }
      if (commit) {
        pack.commit();
      }
    }
  }

  private String read(long offset, long size) throws IOException {
    try (InputStream in = Packs.open(staging, KEY, offset, size)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void readsEachFileBack_andTheIndexOfThoseAdded() throws IOException {
    write(true);
    assertThat(Packs.index(staging, KEY)).containsExactly(file(1, 0, 6), file(3, 12, 6));
    assertThat(read(0, 6)).isEqualTo("file 1");
    assertThat(read(12, 6)).isEqualTo("file 3");
    assertThat(read(12, 0)).isEmpty();
  }

  @Test
  void leavesNothing_whenNotCommitted() throws IOException {
    write(false);
    assertThatThrownBy(() -> Packs.index(staging, KEY)).isInstanceOf(StagingObjectMissing.class);
  }

  @Test
  void saysSo_whenAFileClaimsMoreThanThereIs() throws IOException {
    write(true);
    assertThatThrownBy(() -> read(0, 1_000_000)).isInstanceOf(EOFException.class);
  }

  @Test
  void saysSo_whenTheObjectIsNoPack() throws IOException {
    for (String bytes : new String[] {"", "short", "long enough to have a footer"}) {
      staging.put(KEY, new ByteArrayInputStream(bytes.getBytes(StandardCharsets.UTF_8)));
      assertThatThrownBy(() -> Packs.index(staging, KEY))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is not a pack");
    }
  }
}
