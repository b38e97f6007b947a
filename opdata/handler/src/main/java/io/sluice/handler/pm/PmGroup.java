package io.sluice.handler.pm;

import io.sluice.handler.value.CellKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A measurement group of one file: all measInfo with one measInfoId. Its counters have slots from 0
 * in the order they are first declared; slots are never taken back.
 */
public final class PmGroup {

  /** The slot of a counter the feed does not want. */
  static final int EXCLUDED = -1;

  /** The slot of a counter that cannot be stored: its values are rejected. */
  static final int UNUSABLE = -2;

  private final int index;
  private final String id;
  private final List<String> counters = new ArrayList<>();

  /** By the name in the file. */
  private final Map<String, Integer> slots = new HashMap<>();

  /** By the name that the counter is stored under. */
  private final Map<String, Integer> slotByName = new HashMap<>();

  private final List<char[]> blanks = new ArrayList<>();
  private byte[] kinds = new byte[64];

  PmGroup(int index, String id) {
    this.index = index;
    this.id = id;
  }

  /** Number of the group in its file, from 0. */
  public int index() {
    return index;
  }

  /** The measInfoId; empty when the file has none. */
  public String id() {
    return id;
  }

  /** Names by slot; grows while the file is read. */
  public List<String> counters() {
    return Collections.unmodifiableList(counters);
  }

  public int slots() {
    return counters.size();
  }

  /** What stands for a blank value of the slot, or null. */
  char[] blank(int slot) {
    return blanks.get(slot);
  }

  /** Remembers that a slot had a value of this kind. */
  void saw(int slot, CellKind kind) {
    if (slot >= kinds.length) {
      kinds = Arrays.copyOf(kinds, Math.max(slot + 1, kinds.length * 2));
    }
    kinds[slot] |= (byte) (1 << kind.code());
  }

  /** Whether a slot had a value of this kind, in any row so far. */
  public boolean hasSeen(int slot, CellKind kind) {
    return slot < kinds.length && (kinds[slot] & (1 << kind.code())) != 0;
  }

  /**
   * Slot of a counter, or {@code EXCLUDED} or {@code UNUSABLE}.
   *
   * @param names all that the file's groups have
   */
  int slot(String counter, Set<String> names, CounterChoice choice) {
    Integer known = slots.get(counter);
    if (known != null) {
      return known;
    }
    if (names.size() >= PmLimits.NAMES && !names.contains(counter)) {
      return UNUSABLE;
    }
    names.add(counter);
    int slot = newSlot(counter, choice);
    slots.put(counter, slot);
    return slot;
  }

  private int newSlot(String counter, CounterChoice choice) {
    if (counter.isEmpty() || counter.length() > PmLimits.NAME_CHARS) {
      return UNUSABLE;
    }
    String name = choice.nameOf(id, counter);
    if (name == null) {
      return EXCLUDED;
    }
    Integer known = slotByName.get(name);
    if (known != null) {
      // Renamed to a counter that is there already: they are one.
      return known;
    }
    if (counters.size() >= PmLimits.SLOTS_PER_GROUP) {
      return UNUSABLE;
    }
    slotByName.put(name, counters.size());
    counters.add(name);
    String blank = choice.blankOf(name);
    blanks.add(blank == null ? null : blank.toCharArray());
    return counters.size() - 1;
  }
}
