package io.sluice.handler.csv;

import io.sluice.handler.input.Sample;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import org.mozilla.universalchardet.UniversalDetector;

/** Finds the charset of text from its first bytes. */
final class CharsetDetector {

  private static final Charset FALLBACK = Charset.forName("windows-1252");

  private CharsetDetector() {}

  /**
   * Looks at a sample, and passes over its byte-order mark.
   *
   * @param given what the feed says, or null; a byte-order mark wins over it
   */
  static Charset detect(Sample sample, Charset given) {
    Charset marked = sample.skipMarks();
    if (marked != null || given != null) {
      return marked != null ? marked : given;
    }
    byte[] bytes = sample.content();
    Charset wide = byZeros(bytes);
    if (wide != null) {
      return wide;
    }
    return isUtf8(bytes, sample.isWhole()) ? StandardCharsets.UTF_8 : guess(bytes);
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
    return Charset.forName(name.equalsIgnoreCase("GB2312") ? "GB18030" : name);
  }
}
