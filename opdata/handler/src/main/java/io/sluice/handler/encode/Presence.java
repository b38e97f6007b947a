package io.sluice.handler.encode;

import java.util.Arrays;

/** The bitmaps of a segment's rows; nothing as long as all rows have all fields. */
final class Presence {

  private static final byte[] NONE = {};

  private final int stride;
  private byte[] bits = NONE;
  private int rows;
  private boolean needed;

  Presence(int fields) {
    stride = (fields + 7) / 8;
  }

  /**
   * The next row.
   *
   * @param present its bitmap, or null when all fields are there
   */
  void add(byte[] present) {
    if (present != null && !needed) {
      needed = true;
      ensure(rows + 1);
      Arrays.fill(bits, 0, rows * stride, (byte) -1);
    }
    if (needed) {
      ensure(rows + 1);
      if (present == null) {
        Arrays.fill(bits, rows * stride, (rows + 1) * stride, (byte) -1);
      } else {
        System.arraycopy(present, 0, bits, rows * stride, stride);
      }
    }
    rows++;
  }

  private void ensure(int count) {
    if (bits.length < count * stride) {
      bits = Arrays.copyOf(bits, Math.max(count * stride, bits.length * 2));
    }
  }

  /** Bytes of each bitmap; 0 when none is needed. */
  int stride() {
    return needed ? stride : 0;
  }

  byte[] bytes() {
    return needed ? Arrays.copyOf(bits, rows * stride) : NONE;
  }

  void clear() {
    rows = 0;
    needed = false;
  }
}
