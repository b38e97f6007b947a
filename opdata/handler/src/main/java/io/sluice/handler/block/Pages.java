package io.sluice.handler.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory of rows: pages given out from front to back and taken back all at once. An address is page
 * and offset; nothing crosses a page. The first page is small, for most files are; the others are
 * just under half a region of the smallest G1 heap, beyond which an array is a humongous object.
 * What is larger than a page gets one of its own. Pages are kept for the next rows.
 */
final class Pages {

  static final int SHIFT = 19;

  /** Bytes of a page. */
  static final int SIZE = (1 << SHIFT) - 4_096;

  private static final int FIRST = 64 << 10;
  private static final int MASK = (1 << SHIFT) - 1;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private final List<byte[]> pages = new ArrayList<>();
  private int current = -1;
  private int used;
  private long bytesBefore;

  /**
   * Address of fresh bytes; what is in them is not defined. Those of more than {@link #SIZE} can be
   * reached through {@link #page} only.
   */
  long allocate(int size) {
    while (current < 0 || used + size > pages.get(current).length) {
      nextPage(size);
    }
    long address = ((long) current << SHIFT) | used;
    used += size;
    return address;
  }

  private void nextPage(int size) {
    bytesBefore += used;
    used = 0;
    current++;
    if (current == pages.size()) {
      pages.add(new byte[current == 0 ? FIRST : SIZE]);
    }
    if (size > SIZE && current > 0 && pages.get(current).length < size) {
      pages.set(current, new byte[size]);
    }
  }

  void clear() {
    current = -1;
    used = 0;
    bytesBefore = 0;
    pages.removeIf(page -> page.length > SIZE);
  }

  long bytesUsed() {
    return bytesBefore + used;
  }

  byte[] page(long address) {
    return pages.get((int) (address >>> SHIFT));
  }

  static int offset(long address) {
    return (int) address & MASK;
  }

  int getInt(long address) {
    return (int) INTS.get(page(address), offset(address));
  }

  void putInt(long address, int value) {
    INTS.set(page(address), offset(address), value);
  }

  long getLong(long address) {
    return (long) LONGS.get(page(address), offset(address));
  }

  void putLong(long address, long value) {
    LONGS.set(page(address), offset(address), value);
  }

  byte getByte(long address) {
    return page(address)[offset(address)];
  }

  void putByte(long address, byte value) {
    page(address)[offset(address)] = value;
  }

  static void putInt(byte[] bytes, int offset, int value) {
    INTS.set(bytes, offset, value);
  }

  static void putLong(byte[] bytes, int offset, long value) {
    LONGS.set(bytes, offset, value);
  }

  static long getLong(byte[] bytes, int offset) {
    return (long) LONGS.get(bytes, offset);
  }
}
