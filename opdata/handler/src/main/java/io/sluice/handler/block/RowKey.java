package io.sluice.handler.block;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** What makes a row the same row: element, group, end, granularity, object. Reused. */
final class RowKey {

  static final int ELEMENT = 0;
  static final int GROUP = 4;
  static final int END = 8;
  static final int GRANULARITY = 16;
  static final int OBJECT = 20;

  byte[] bytes = new byte[512];
  int length;
  private final CRC32C crc = new CRC32C();

  /** The object's name is kept in UTF-8. */
  void set(
      int element, int group, long end, int granularity, char[] object, int offset, int count) {
    length = OBJECT + count;
    ensure(length);
    Pages.putInt(bytes, ELEMENT, element);
    Pages.putInt(bytes, GROUP, group);
    Pages.putLong(bytes, END, end);
    Pages.putInt(bytes, GRANULARITY, granularity);
    for (int i = 0; i < count; i++) {
      char c = object[offset + i];
      if (c >= 0x80) {
        byte[] encoded = new String(object, offset, count).getBytes(StandardCharsets.UTF_8);
        length = OBJECT + encoded.length;
        ensure(length);
        System.arraycopy(encoded, 0, bytes, OBJECT, encoded.length);
        return;
      }
      bytes[OBJECT + i] = (byte) c;
    }
  }

  /** Bytes of any meaning. */
  void set(byte[] key, int count) {
    length = count;
    ensure(length);
    System.arraycopy(key, 0, bytes, 0, length);
  }

  void read(DataInputStream in) throws IOException {
    length = in.readInt();
    ensure(length);
    in.readFully(bytes, 0, length);
  }

  private void ensure(int room) {
    if (bytes.length < room) {
      bytes = Arrays.copyOf(bytes, Math.max(room, bytes.length * 2));
    }
  }

  /** CRC-32C, which processors compute, spreads well over all its bits. */
  int hash() {
    crc.reset();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
