package io.sluice.handler.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory of one block: pages of 1 MiB, given out from front to back and taken back all at once. An
 * address is page and offset; nothing crosses a page. Pages are kept for the next block.
 */
final class Pages {

  static final int SHIFT = 20;
  static final int SIZE = 1 << SHIFT;

  private static final int MASK = SIZE - 1;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private final List<byte[]> pages = new ArrayList<>();
  private int current = -1;
  private int used = SIZE;

  /** Address of fresh bytes; what is in them is not defined. */
  long allocate(int size) {
    if (size > SIZE) {
      throw new IllegalArgumentException("more than a page: " + size);
    }
    if (used + size > SIZE) {
      current++;
      used = 0;
      if (current == pages.size()) {
        pages.add(new byte[SIZE]);
      }
    }
    long address = ((long) current << SHIFT) | used;
    used += size;
    return address;
  }

  void clear() {
    current = -1;
    used = SIZE;
  }

  long bytesUsed() {
    return ((long) current << SHIFT) + used;
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

  static void putLong(byte[] bytes, int offset, long value) {
    LONGS.set(bytes, offset, value);
  }

  static long getLong(byte[] bytes, int offset) {
    return (long) LONGS.get(bytes, offset);
  }
}
