package io.sluice.handler.block;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What makes a row the same row: element, group, object, end, granularity. Reused. */
final class RowKey {

  int element;
  int group;
  long end;
  int granularity;
  byte[] object = new byte[512];
  int objectLength;

  void set(int elementIndex, int groupIndex, long endMicros, int seconds) {
    element = elementIndex;
    group = groupIndex;
    end = endMicros;
    granularity = seconds;
  }

  /** The object's name in UTF-8. */
  void object(char[] chars, int offset, int length) {
    ensure(length);
    for (int i = 0; i < length; i++) {
      char c = chars[offset + i];
      if (c >= 0x80) {
        byte[] encoded = new String(chars, offset, length).getBytes(StandardCharsets.UTF_8);
        ensure(encoded.length);
        System.arraycopy(encoded, 0, object, 0, encoded.length);
        objectLength = encoded.length;
        return;
      }
      object[i] = (byte) c;
    }
    objectLength = length;
  }

  /** Bytes that take the object's place. */
  void object(byte[] bytes, int length) {
    ensure(length);
    System.arraycopy(bytes, 0, object, 0, length);
    objectLength = length;
  }

  void ensure(int length) {
    if (object.length < length) {
      object = Arrays.copyOf(object, Math.max(length, object.length * 2));
    }
  }

  int hash() {
    long hash = mix(0x9E3779B97F4A7C15L ^ ((long) element << 32 | group));
    hash = mix(hash ^ end);
    hash = mix(hash ^ granularity);
    int i = 0;
    for (; i + 8 <= objectLength; i += 8) {
      hash = mix(hash ^ Pages.getLong(object, i));
    }
    for (; i < objectLength; i++) {
      hash = (hash ^ object[i]) * 0x100000001B3L;
    }
    hash = mix(hash);
    return (int) (hash ^ (hash >>> 32));
  }

  private static long mix(long value) {
    long mixed = value * 0xBF58476D1CE4E5B9L;
    return mixed ^ (mixed >>> 29);
  }
}
