package io.sluice.handler.input;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.FeedSource.ArchiveLimits;
import io.sluice.core.yaml.DataSize;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StagedInputTest {

  private final StagedInput input =
      new StagedInput(new ArchiveLimits(100, 10, new DataSize(1 << 20), 1));

  @AfterEach
  void close() {
    input.close();
  }

  private static byte[] packed(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  private String read(byte[] staged) throws IOException {
    InputStream in = input.open(new ByteArrayInputStream(staged), staged.length);
    return new String(in.readAllBytes(), UTF_8);
  }

  private void fails(byte[] staged, String reason, String position) {
    assertThatThrownBy(() -> read(staged))
        .isInstanceOfSatisfying(
            RejectFile.class,
            e -> {
              assertThat(e.reason()).isEqualTo(reason);
              assertThat(e.position()).isEqualTo(position);
            });
  }

  @Test
  void readsAllMembers_andWhatIsNotPacked() throws IOException {
    assertThat(read("plain".getBytes(UTF_8))).isEqualTo("plain");
    assertThat(read(join(join(packed("a"), new byte[9]), packed("b")))).isEqualTo("ab");
    assertThat(read(packed("next"))).isEqualTo("next");
  }

  @Test
  void saysWhatFollowsAMember_andWhere() throws IOException {
    byte[] one = packed("one");
    int size = one.length;
    fails(
        join(one, new byte[] {0x1f}), "truncated", "byte %d, unpacked byte 3".formatted(size + 1));
    fails(
        join(one, Arrays.copyOf(packed("two"), 7)),
        "truncated",
        "byte %d, unpacked byte 3".formatted(size + 7));
    fails(
        join(one, "\0\0tail".getBytes(UTF_8)),
        "corrupt_gzip",
        "byte %d, unpacked byte 3".formatted(size + 3));
  }

  @Test
  void pauses_whenTheStoreFails() {
    InputStream failing =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("gone");
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            throw new IOException("gone");
          }
        };
    assertThatThrownBy(() -> input.open(failing, 1)).isInstanceOf(PauseStage.class);
  }
}
