package io.sluice.handler.block;

import io.sluice.handler.value.CellKind;
import java.util.Arrays;

/**
 * Rows of fixed slots in {@link Pages}, found by key in an open-addressing table. A row is a
 * header, the object's name, a state byte per slot (0 absent, else the code of its kind) and eight
 * bytes per slot: a double, or the address of {@code [int length][bytes]} for what does not fit
 * there.
 */
final class RowTable {

  private static final int SLOTS = 0;
  private static final int GROUP = 4;
  private static final int END = 8;
  private static final int GRANULARITY = 16;
  private static final int SUSPECT = 20;
  private static final int OBJECT_LENGTH = 24;
  private static final int ELEMENT = 28;
  private static final int OBJECT = 32;

  /** Of a row in table, hashes and addresses, with their room to grow. */
  private static final long INDEX_BYTES = 32;

  private final Pages pages = new Pages();
  private int[] table = new int[1_024];
  private int[] hashes = new int[512];
  private long[] addresses = new long[512];
  private int rows;
  private long states;
  private long values;
  private long collapsed;
  private long conflicts;

  /** Makes the row of this key the current one; it has at least that many slots then. */
  void row(RowKey key, int slots, boolean suspect) {
    int hash = key.hash();
    int index = find(key, hash);
    if (index < 0) {
      index = add(key, hash, slots);
    } else if (pages.getInt(addresses[index] + SLOTS) < slots) {
      addresses[index] = widen(addresses[index], slots);
    }
    select(index);
    if (suspect) {
      pages.putByte(addresses[index] + SUSPECT, (byte) 1);
    }
  }

  private int find(RowKey key, int hash) {
    int mask = table.length - 1;
    for (int at = hash & mask; table[at] != 0; at = (at + 1) & mask) {
      int index = table[at] - 1;
      if (hashes[index] == hash && isKey(addresses[index], key)) {
        return index;
      }
    }
    return -1;
  }

  private boolean isKey(long row, RowKey key) {
    if (pages.getInt(row + ELEMENT) != key.element
        || pages.getInt(row + GROUP) != key.group
        || pages.getLong(row + END) != key.end
        || pages.getInt(row + GRANULARITY) != key.granularity
        || pages.getInt(row + OBJECT_LENGTH) != key.objectLength) {
      return false;
    }
    int from = Pages.offset(row) + OBJECT;
    return Arrays.equals(
        pages.page(row), from, from + key.objectLength, key.object, 0, key.objectLength);
  }

  private int add(RowKey key, int hash, int slots) {
    long row = allocate(slots, key.objectLength);
    pages.putInt(row + ELEMENT, key.element);
    pages.putInt(row + GROUP, key.group);
    pages.putLong(row + END, key.end);
    pages.putInt(row + GRANULARITY, key.granularity);
    pages.putByte(row + SUSPECT, (byte) 0);
    System.arraycopy(key.object, 0, pages.page(row), Pages.offset(row) + OBJECT, key.objectLength);
    if (rows == addresses.length) {
      addresses = Arrays.copyOf(addresses, rows * 2);
      hashes = Arrays.copyOf(hashes, rows * 2);
    }
    addresses[rows] = row;
    hashes[rows] = hash;
    rows++;
    if (rows * 2 > table.length) {
      rehash(table.length * 2);
    } else {
      enter(rows - 1);
    }
    return rows - 1;
  }

  private long allocate(int slots, int objectLength) {
    long row = pages.allocate(OBJECT + objectLength + slots * 9);
    pages.putInt(row + SLOTS, slots);
    pages.putInt(row + OBJECT_LENGTH, objectLength);
    int firstState = Pages.offset(row) + OBJECT + objectLength;
    Arrays.fill(pages.page(row), firstState, firstState + slots, (byte) 0);
    return row;
  }

  private long widen(long row, int slots) {
    int objectLength = pages.getInt(row + OBJECT_LENGTH);
    int before = pages.getInt(row + SLOTS);
    long wider = allocate(slots, objectLength);
    int from = Pages.offset(row);
    int to = Pages.offset(wider);
    byte[] source = pages.page(row);
    byte[] target = pages.page(wider);
    System.arraycopy(
        source, from + GROUP, target, to + GROUP, OBJECT - GROUP + objectLength + before);
    int states = OBJECT + objectLength;
    System.arraycopy(source, from + states + before, target, to + states + slots, before * 8);
    return wider;
  }

  private void rehash(int size) {
    table = new int[size];
    for (int index = 0; index < rows; index++) {
      enter(index);
    }
  }

  private void enter(int index) {
    int mask = table.length - 1;
    int at = hashes[index] & mask;
    while (table[at] != 0) {
      at = (at + 1) & mask;
    }
    table[at] = index + 1;
  }

  /** Makes a row by its number the current one. */
  void select(int index) {
    long row = addresses[index];
    states = row + OBJECT + pages.getInt(row + OBJECT_LENGTH);
    values = states + pages.getInt(row + SLOTS);
  }

  /** A number into the current row. */
  void putDouble(int slot, long bits) {
    int state = pages.getByte(states + slot);
    if (state != 0) {
      collapsed++;
      boolean same = state == CellKind.DOUBLE.code() && getBits(slot) == bits;
      conflicts += same ? 0 : 1;
    }
    set(slot, CellKind.DOUBLE, bits);
  }

  void putBlank(int slot) {
    int state = pages.getByte(states + slot);
    if (state != 0) {
      collapsed++;
      conflicts += state == CellKind.BLANK.code() ? 0 : 1;
    }
    set(slot, CellKind.BLANK, 0);
  }

  /** What does not fit eight bytes: the doubles of a vector, or the text of exact numbers. */
  void putBytes(int slot, CellKind kind, byte[] bytes, int length) {
    int state = pages.getByte(states + slot);
    if (state != 0) {
      collapsed++;
      if (state == kind.code() && hasBytes(getBits(slot), bytes, length)) {
        return;
      }
      conflicts++;
    }
    long address = pages.allocate(4 + length);
    pages.putInt(address, length);
    System.arraycopy(bytes, 0, pages.page(address), Pages.offset(address) + 4, length);
    set(slot, kind, address);
  }

  private boolean hasBytes(long address, byte[] bytes, int length) {
    int from = Pages.offset(address) + 4;
    return pages.getInt(address) == length
        && Arrays.equals(pages.page(address), from, from + length, bytes, 0, length);
  }

  private void set(int slot, CellKind kind, long bits) {
    pages.putByte(states + slot, kind.code());
    pages.putLong(values + 8L * slot, bits);
  }

  int rows() {
    return rows;
  }

  int hash(int index) {
    return hashes[index];
  }

  int element(int index) {
    return pages.getInt(addresses[index] + ELEMENT);
  }

  int group(int index) {
    return pages.getInt(addresses[index] + GROUP);
  }

  long end(int index) {
    return pages.getLong(addresses[index] + END);
  }

  int granularity(int index) {
    return pages.getInt(addresses[index] + GRANULARITY);
  }

  boolean suspect(int index) {
    return pages.getByte(addresses[index] + SUSPECT) != 0;
  }

  int slots(int index) {
    return pages.getInt(addresses[index] + SLOTS);
  }

  int objectLength(int index) {
    return pages.getInt(addresses[index] + OBJECT_LENGTH);
  }

  /** The array that holds the object's name, from {@link #objectOffset}. */
  byte[] objectBytes(int index) {
    return pages.page(addresses[index]);
  }

  int objectOffset(int index) {
    return Pages.offset(addresses[index]) + OBJECT;
  }

  /** State of a slot of the current row: 0 absent, else the code of its kind. */
  int state(int slot) {
    return pages.getByte(states + slot);
  }

  long getBits(int slot) {
    return pages.getLong(values + 8L * slot);
  }

  /** The array that holds a slot's bytes, from {@link #bytesOffset}. */
  byte[] bytes(int slot) {
    return pages.page(getBits(slot));
  }

  int bytesOffset(int slot) {
    return Pages.offset(getBits(slot)) + 4;
  }

  int bytesLength(int slot) {
    return pages.getInt(getBits(slot));
  }

  /** Bytes that the rows take. */
  long memory() {
    return pages.bytesUsed() + rows * INDEX_BYTES;
  }

  long collapsed() {
    return collapsed;
  }

  long conflicts() {
    return conflicts;
  }

  void resetCounts() {
    collapsed = 0;
    conflicts = 0;
  }

  /** Forgets the rows, not the counts; costs what the rows did, so that small blocks stay cheap. */
  void clear() {
    if (rows * 8 < table.length) {
      int mask = table.length - 1;
      for (int index = 0; index < rows; index++) {
        int at = hashes[index] & mask;
        while (table[at] != 0) {
          table[at] = 0;
          at = (at + 1) & mask;
        }
      }
    } else {
      Arrays.fill(table, 0);
    }
    rows = 0;
    pages.clear();
  }
}
