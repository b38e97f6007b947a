package io.sluice.core.gzip;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GzipMembersTest {

  private static byte[] packed(String text) {
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
      try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
        gzip.write(text.getBytes(UTF_8));
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** Gives a few bytes at a time, so that every place is an edge of the buffer once. */
  private static InputStream trickle(byte[] bytes) {
    return new ByteArrayInputStream(bytes) {
      private final Random random = new Random(5);

      @Override
      public int read(byte[] target, int offset, int length) {
        return super.read(target, offset, Math.min(length, 1 + random.nextInt(3)));
      }
    };
  }

  private static String read(byte[] bytes) throws IOException {
    try (InputStream in = new GzipMembers(trickle(bytes))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  @Test
  void readsAllMembers_whenZerosLieBetweenThem() throws IOException {
    byte[] zeros = new byte[700];
    assertThat(read(packed("one"))).isEqualTo("one");
    assertThat(read(join(packed("one"), packed(""), zeros, packed("two"), zeros)))
        .isEqualTo("onetwo");
  }

  @Test
  void readsEveryPartOfAHeader() throws IOException {
    byte[] plain = packed("text");
    byte[] head = Arrays.copyOf(plain, 10);
    head[3] = 2 | 4 | 8 | 16;
    byte[] fields = join(head, new byte[] {3, 0, 9, 9, 9}, "n\0c\0".getBytes(UTF_8));
    CRC32 crc = new CRC32();
    crc.update(fields);
    byte[] check = {(byte) crc.getValue(), (byte) (crc.getValue() >> 8)};
    byte[] rest = Arrays.copyOfRange(plain, 10, plain.length);
    assertThat(read(join(fields, check, rest))).isEqualTo("text");
    check[0]++;
    assertThatThrownBy(() -> read(join(fields, check, rest))).isInstanceOf(ZipException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 9, 10, 12, 20})
  void isTruncated_whereverTheNextMemberIsCut(int bytes) {
    byte[] cut = Arrays.copyOf(packed("two and more"), bytes);
    assertThatThrownBy(() -> read(join(packed("one"), cut))).isInstanceOf(EOFException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "plain text", "\0\0\0x", "\u001f\u001f"})
  void isCorrupt_whenAMemberIsFollowedByAnythingElse(String tail) {
    assertThatThrownBy(() -> read(join(packed("one"), tail.getBytes(UTF_8))))
        .isInstanceOf(ZipException.class)
        .hasMessageContaining("follows");
  }

  @Test
  void isCorrupt_whenMethodChecksumOrLengthIsWrong() {
    for (int place : new int[] {2, 3, -8, -4}) {
      byte[] bytes = packed("one");
      bytes[place < 0 ? bytes.length + place : place] ^= 0x40;
      assertThatThrownBy(() -> read(bytes)).as("byte " + place).isInstanceOf(ZipException.class);
    }
  }

  @Test
  void handsOutWhatWasUnpacked_beforeItFailsForGood() throws IOException {
    byte[] whole = packed("one");
    try (GzipMembers in = new GzipMembers(trickle(join(whole, new byte[] {1})))) {
      assertThat(in.readNBytes(3)).isEqualTo("one".getBytes(UTF_8));
      assertThatThrownBy(in::read).isInstanceOf(ZipException.class);
      assertThatThrownBy(in::read).isInstanceOf(ZipException.class);
      assertThat(in.packedPosition()).isEqualTo(whole.length + 1L);
    }
  }

  @Test
  void readsTheNextStream_whenTheOneBeforeBroke() throws IOException {
    try (GzipMembers in = new GzipMembers(trickle(new byte[] {0x1f, (byte) 0x8b}))) {
      assertThatThrownBy(in::read).isInstanceOf(EOFException.class);
      in.reopen(trickle(packed("fine")));
      assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("fine");
    }
  }
}
