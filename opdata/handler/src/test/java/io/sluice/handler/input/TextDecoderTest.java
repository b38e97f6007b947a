package io.sluice.handler.input;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.fate.RejectFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import org.junit.jupiter.api.Test;

class TextDecoderTest {

  private final TextDecoder decoder = new TextDecoder();

  /** Reads chars in pieces of one size. */
  private static String read(Reader in, int piece) throws IOException {
    StringBuilder text = new StringBuilder();
    char[] chars = new char[piece];
    for (int count = in.read(chars); count >= 0; count = in.read(chars)) {
      text.append(chars, 0, count);
    }
    assertThat(in.read(chars)).isNegative();
    return text.toString();
  }

  private Reader open(byte[] bytes, Charset charset) {
    return decoder.open(new ByteArrayInputStream(bytes), charset);
  }

  @Test
  void readsTextAfterText_inPiecesOfAnySize() throws IOException {
    String text = "aß中😀".repeat(9_000);
    for (Charset charset : new Charset[] {UTF_8, UTF_16LE, Charset.forName("GB18030")}) {
      for (int piece : new int[] {1, 2, 3, 50_000}) {
        assertThat(read(open(text.getBytes(charset), charset), piece)).isEqualTo(text);
      }
    }
  }

  @Test
  void dropsEveryMarkAtTheStart_andNoOther() throws IOException {
    byte[] bytes = "\uFEFF\uFEFF\uFEFFa\uFEFFb".getBytes(UTF_8);
    assertThat(read(open(bytes, UTF_8), 1)).isEqualTo("a\uFEFFb");
    assertThat(read(open(bytes, UTF_8), 100)).isEqualTo("a\uFEFFb");
    assertThat(read(open("\uFEFF".getBytes(UTF_8), UTF_8), 100)).isEmpty();
  }

  @Test
  void handsOutEverythingBeforeABreak() throws IOException {
    Sample sample = new Sample(1 << 20);
    sample.read(new BreaksOff("all of it".getBytes(UTF_8)));
    Reader in = decoder.open(sample.stream(), UTF_8);
    char[] chars = new char[100];
    int count = in.read(chars);
    assertThat(new String(chars, 0, count)).isEqualTo("all of it");
    assertThatThrownBy(() -> in.read(chars)).isInstanceOf(RejectFile.class);
  }

  @Test
  void handsOutEverythingBeforeBrokenBytes() throws IOException {
    Reader in = open(new byte[] {'a', 'b', (byte) 0xff, 'c'}, UTF_8);
    char[] chars = new char[100];
    assertThat(in.read(chars)).isEqualTo(2);
    assertThatThrownBy(() -> in.read(chars)).isInstanceOf(CharacterCodingException.class);
    assertThatThrownBy(() -> read(open(new byte[] {(byte) 0xe4}, UTF_8), 5))
        .isInstanceOf(CharacterCodingException.class);
  }

  private static final class BreaksOff extends InputStream {
    private final ByteArrayInputStream in;

    BreaksOff(byte[] bytes) {
      in = new ByteArrayInputStream(bytes);
    }

    @Override
    public int read() {
      int next = in.read();
      if (next < 0) {
        throw new RejectFile("truncated", "byte 9", "it breaks off");
      }
      return next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      int count = in.read(bytes, offset, length);
      return count < 0 ? read() : count;
    }
  }
}
