package io.sluice.getter.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;

/**
 * Names on a server are bytes; the ledger wants text. UTF-8 names are themselves. In any other name
 * the bytes from 0x80 become characters U+EF80 to U+EFFF of the private use area, so that the exact
 * bytes can be sent back.
 */
final class NameCodec {

  private static final char RAW = '\uEF00';

  private NameCodec() {}

  /** Text of a name given as one character per byte. */
  static String fromServer(String latin1) {
    byte[] bytes = latin1.getBytes(ISO_8859_1);
    try {
      CharBuffer text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      if (text.chars().noneMatch(NameCodec::raw)) {
        return text.toString();
      }
    } catch (CharacterCodingException e) {
      return escaped(bytes);
    }
    return escaped(bytes);
  }

  /** The name for the server, one character per byte. */
  static String toServer(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 8);
    text.codePoints()
        .forEach(
            c -> {
              if (raw(c)) {
                bytes.write(c - RAW);
              } else {
                bytes.writeBytes(Character.toString(c).getBytes(UTF_8));
              }
            });
    return bytes.toString(ISO_8859_1);
  }

  private static String escaped(byte[] bytes) {
    StringBuilder text = new StringBuilder(bytes.length);
    for (byte b : bytes) {
      text.append(b >= 0 ? (char) b : (char) (RAW + (b & 0xFF)));
    }
    return text.toString();
  }

  private static boolean raw(int c) {
    return c >= RAW + 0x80 && c <= RAW + 0xFF;
  }
}
