package io.sluice.core.catalog;

import java.util.Arrays;
import java.util.UUID;

/**
 * Ids and keys by the {@link NameHash} of their names: open addressing over plain arrays, about 50
 * bytes a name. Not safe for several threads.
 */
final class IdTable {

  private static final int INITIAL = 64;

  private int[] slots = new int[2 * INITIAL]; // number of the entry, from 1; 0 where free
  private long[] hashes = new long[2 * INITIAL];
  private long[] keys = new long[2 * INITIAL];
  private int[] ids = new int[INITIAL];
  private int size;

  /** Number of a name's entry, or -1. */
  int find(NameHash name) {
    int mask = slots.length - 1;
    for (int at = (int) name.low & mask; slots[at] != 0; at = (at + 1) & mask) {
      int entry = slots[at] - 1;
      if (hashes[2 * entry] == name.high && hashes[2 * entry + 1] == name.low) {
        return entry;
      }
    }
    return -1;
  }

  /** Adds a name that is not there; returns its entry. */
  int add(NameHash name, int id, long keyHigh, long keyLow) {
    if (size == ids.length) {
      grow();
    }
    hashes[2 * size] = name.high;
    hashes[2 * size + 1] = name.low;
    set(size, id, keyHigh, keyLow);
    size++;
    enter(size - 1);
    return size - 1;
  }

  private void grow() {
    hashes = Arrays.copyOf(hashes, hashes.length * 2);
    keys = Arrays.copyOf(keys, keys.length * 2);
    ids = Arrays.copyOf(ids, ids.length * 2);
    slots = new int[slots.length * 2];
    for (int entry = 0; entry < size; entry++) {
      enter(entry);
    }
  }

  private void enter(int entry) {
    int mask = slots.length - 1;
    int at = (int) hashes[2 * entry + 1] & mask;
    while (slots[at] != 0) {
      at = (at + 1) & mask;
    }
    slots[at] = entry + 1;
  }

  void set(int entry, int id, long keyHigh, long keyLow) {
    ids[entry] = id;
    keys[2 * entry] = keyHigh;
    keys[2 * entry + 1] = keyLow;
  }

  int id(int entry) {
    return ids[entry];
  }

  long keyHigh(int entry) {
    return keys[2 * entry];
  }

  long keyLow(int entry) {
    return keys[2 * entry + 1];
  }

  UUID key(int entry) {
    return new UUID(keyHigh(entry), keyLow(entry));
  }

  /** The hash under which an entry was added. */
  void hash(int entry, NameHash into) {
    into.high = hashes[2 * entry];
    into.low = hashes[2 * entry + 1];
  }

  int size() {
    return size;
  }

  void clear() {
    if (size > 0) {
      Arrays.fill(slots, 0);
      size = 0;
    }
  }
}
