package io.sluice.simulator;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A buffer that writes text and numbers as bytes, without making objects of them. */
final class ByteSink {
  private static final int ROOM = 1 << 16;
  private static final int LONGEST_NUMBER = 24;

  private final byte[] buffer = new byte[ROOM];
  private final byte[] digits = new byte[LONGEST_NUMBER];
  private final OutputStream out;
  private int length;
  private long flushed;

  ByteSink(OutputStream out) {
    this.out = out;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Bytes put so far. */
  long count() {
    return flushed + length;
  }

  ByteSink put(String text) throws IOException {
    return put(bytes(text));
  }

  ByteSink put(byte[] bytes) throws IOException {
    return put(bytes, bytes.length);
  }

  ByteSink put(byte[] bytes, int size) throws IOException {
    if (size > ROOM - length) {
      flush();
    }
    if (size > ROOM) {
      out.write(bytes, 0, size);
      flushed += size;
    } else {
      System.arraycopy(bytes, 0, buffer, length, size);
      length += size;
    }
    return this;
  }

  ByteSink put(char ascii) throws IOException {
    if (length == ROOM) {
      flush();
    }
    buffer[length++] = (byte) ascii;
    return this;
  }

  /** Puts {@code unscaled} with {@code scale} digits after the point. */
  ByteSink put(long unscaled, int scale) throws IOException {
    int at = LONGEST_NUMBER;
    long rest = Math.absExact(unscaled);
    for (int digit = 0; rest > 0 || digit <= scale; digit++) {
      if (digit == scale && scale > 0) {
        digits[--at] = '.';
      }
      digits[--at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    if (unscaled < 0) {
      digits[--at] = '-';
    }
    if (LONGEST_NUMBER - at > ROOM - length) {
      flush();
    }
    System.arraycopy(digits, at, buffer, length, LONGEST_NUMBER - at);
    length += LONGEST_NUMBER - at;
    return this;
  }

  void flush() throws IOException {
    out.write(buffer, 0, length);
    flushed += length;
    length = 0;
    out.flush();
  }
}
