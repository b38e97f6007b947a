package io.sluice.handler.csv;

import io.sluice.handler.value.Chars;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import org.mozilla.universalchardet.UniversalDetector;

/** Finds the charset of text from its first bytes. */
final class CharsetDetector {

  /**
   * A charset.
   *
   * @param skip bytes of the byte-order mark; the decoder drops further ones
   */
  record Found(Charset charset, int skip) {}

  private static final Charset FALLBACK = Charset.forName("windows-1252");

  private CharsetDetector() {}

  /**
   * Looks at a sample.
   *
   * @param whole whether the sample is all there is
   * @param given what the feed says, or null; a byte-order mark wins over it
   */
  static Found detect(byte[] sample, boolean whole, Charset given) {
    Found marked = byMark(sample);
    if (marked != null) {
      return marked;
    }
    if (given != null) {
      return new Found(given, 0);
    }
    Charset wide = byZeros(sample);
    if (wide != null) {
      return new Found(wide, 0);
    }
    return new Found(isUtf8(sample, whole) ? StandardCharsets.UTF_8 : guess(sample), 0);
  }

  private static Found byMark(byte[] sample) {
    if (startsWith(sample, 0xEF, 0xBB, 0xBF)) {
      return new Found(StandardCharsets.UTF_8, 3);
    }
    if (startsWith(sample, 0xFE, 0xFF)) {
      return new Found(StandardCharsets.UTF_16BE, 2);
    }
    if (startsWith(sample, 0xFF, 0xFE)) {
      return new Found(StandardCharsets.UTF_16LE, 2);
    }
    return null;
  }

  private static boolean startsWith(byte[] sample, int... mark) {
    if (sample.length < mark.length) {
      return false;
    }
    for (int i = 0; i < mark.length; i++) {
      if ((sample[i] & 0xFF) != mark[i]) {
        return false;
      }
    }
    return true;
  }

  /** Text in UTF-16 without a mark has a zero in nearly every pair, always on the same side. */
  private static Charset byZeros(byte[] sample) {
    int even = 0;
    int odd = 0;
    int pairs = Math.min(sample.length, 4_096) / 2;
    for (int i = 0; i < pairs; i++) {
      even += sample[2 * i] == 0 ? 1 : 0;
      odd += sample[2 * i + 1] == 0 ? 1 : 0;
    }
    if (pairs == 0) {
      return null;
    }
    if (even > pairs * 0.7 && odd < pairs * 0.1) {
      return StandardCharsets.UTF_16BE;
    }
    return odd > pairs * 0.7 && even < pairs * 0.1 ? StandardCharsets.UTF_16LE : null;
  }

  private static boolean isUtf8(byte[] sample, boolean whole) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CoderResult result =
        decoder.decode(ByteBuffer.wrap(sample), CharBuffer.allocate(sample.length + 1), whole);
    return !result.isError();
  }

  private static Charset guess(byte[] sample) {
    UniversalDetector detector = new UniversalDetector();
    detector.handleData(sample, 0, sample.length);
    detector.dataEnd();
    String name = detector.getDetectedCharset();
    if (name == null || !Charset.isSupported(name)) {
      return FALLBACK;
    }
    // Every text in GB2312 is one in GB18030, and real files leave the former.
    char[] upper = name.toCharArray();
    boolean chinese = Chars.isWord(upper, 0, upper.length, "GB2312");
    return chinese ? Charset.forName("GB18030") : Charset.forName(name);
  }
}
