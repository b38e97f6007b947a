package io.sluice.handler.block;

import io.sluice.handler.value.CellKind;
import java.util.Arrays;

/** Rows of fixed slots in {@link Pages}, found by key in an open-addressing table. */
final class RowTable {

  /** Of a row in table, hashes and addresses, with their room to grow. */
  private static final long INDEX_BYTES = 32;

  private final Pages pages = new Pages();
  private final BlockRow current = new BlockRow(pages);
  private int[] table = new int[1_024];
  private int[] hashes = new int[512];
  private long[] addresses = new long[512];
  private int rows;
  private long collapsed;
  private long conflicts;

  /** Makes the row of this key the current one; it has at least that many slots then. */
  void row(RowKey key, int slots, boolean suspect) {
    int hash = key.hash();
    int index = find(key, hash);
    if (index < 0) {
      index = add(key, hash, slots);
    } else if (select(index).slots() < slots) {
      addresses[index] = widen(addresses[index], slots);
    }
    select(index);
    if (suspect) {
      pages.putByte(addresses[index] + BlockRow.SUSPECT, (byte) 1);
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
    int from = Pages.offset(row) + BlockRow.KEY;
    return pages.getInt(row + BlockRow.KEY_LENGTH) == key.length
        && Arrays.equals(pages.page(row), from, from + key.length, key.bytes, 0, key.length);
  }

  private int add(RowKey key, int hash, int slots) {
    if (rows == addresses.length) {
      addresses = Arrays.copyOf(addresses, rows * 2);
      hashes = Arrays.copyOf(hashes, rows * 2);
    }
    addresses[rows] = allocate(key.bytes, 0, key.length, slots);
    hashes[rows] = hash;
    enter(rows++);
    if (rows * 2 > table.length) {
      table = new int[table.length * 2];
      for (int index = 0; index < rows; index++) {
        enter(index);
      }
    }
    return rows - 1;
  }

  private long allocate(byte[] key, int from, int keyLength, int slots) {
    long row = pages.allocate(BlockRow.KEY + keyLength + slots * 9);
    pages.putInt(row, slots);
    pages.putByte(row + BlockRow.SUSPECT, (byte) 0);
    pages.putInt(row + BlockRow.KEY_LENGTH, keyLength);
    int to = Pages.offset(row) + BlockRow.KEY;
    System.arraycopy(key, from, pages.page(row), to, keyLength);
    Arrays.fill(pages.page(row), to + keyLength, to + keyLength + slots, (byte) 0);
    return row;
  }

  /** A copy of the current row with more slots. */
  private long widen(long row, int slots) {
    int keyFrom = Pages.offset(row) + BlockRow.KEY;
    long wider = allocate(pages.page(row), keyFrom, current.keyLength(), slots);
    pages.putByte(wider + BlockRow.SUSPECT, pages.getByte(row + BlockRow.SUSPECT));
    int states = Pages.offset(wider) + BlockRow.KEY + current.keyLength();
    copy(current.states, pages.page(wider), states, current.slots());
    copy(current.values, pages.page(wider), states + slots, 8 * current.slots());
    return wider;
  }

  private void copy(long from, byte[] target, int to, int count) {
    System.arraycopy(pages.page(from), Pages.offset(from), target, to, count);
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
  BlockRow select(int index) {
    current.select(index, addresses[index]);
    return current;
  }

  /** A value of eight bytes into the current row: a number's, or 0 for a blank. */
  void put(int slot, CellKind kind, long bits) {
    int state = current.state(slot);
    if (state != 0) {
      collapsed++;
      conflicts += state == kind.code() && current.bits(slot) == bits ? 0 : 1;
    }
    set(slot, kind, bits);
  }

  /** What does not fit eight bytes: the doubles of a vector, or the text of exact numbers. */
  void put(int slot, CellKind kind, byte[] bytes, int length) {
    int state = current.state(slot);
    if (state != 0) {
      collapsed++;
      if (state == kind.code() && hasBytes(slot, bytes, length)) {
        return;
      }
      conflicts++;
    }
    long address = pages.allocate(4 + length);
    pages.putInt(address, length);
    System.arraycopy(bytes, 0, pages.page(address), Pages.offset(address) + 4, length);
    set(slot, kind, address);
  }

  private boolean hasBytes(int slot, byte[] bytes, int length) {
    int from = current.bytesOffset(slot);
    int to = from + current.bytesLength(slot);
    return Arrays.equals(current.bytes(slot), from, to, bytes, 0, length);
  }

  private void set(int slot, CellKind kind, long bits) {
    pages.putByte(current.states + slot, kind.code());
    pages.putLong(current.values + 8L * slot, bits);
  }

  int rows() {
    return rows;
  }

  int hash(int index) {
    return hashes[index];
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
