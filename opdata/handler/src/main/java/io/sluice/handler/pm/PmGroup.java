package io.sluice.handler.pm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A measurement group of one file: all measInfo with one measInfoId. Its counters have slots from 0
 * in the order they are first declared; slots are never taken back.
 */
public final class PmGroup {

  /** The slot of a counter the feed does not want. */
  static final int EXCLUDED = -1;

  /** The slot of a counter that cannot be stored: its values are rejected. */
  static final int UNUSABLE = -2;

  private static final int UNKNOWN = Integer.MIN_VALUE;

  private final int index;
  private final String id;
  private final List<String> counters = new ArrayList<>();
  private int[] slotOfName = {};

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

  /** Slot of a known name, or {@code EXCLUDED} or {@code UNUSABLE}. */
  int slot(int nameId, NameTable names, CounterFilter filter, int maxSlots) {
    if (nameId >= slotOfName.length) {
      int known = slotOfName.length;
      slotOfName = Arrays.copyOf(slotOfName, Math.max(names.size() + 16, nameId + 1));
      Arrays.fill(slotOfName, known, slotOfName.length, UNKNOWN);
    }
    int slot = slotOfName[nameId];
    if (slot == UNKNOWN) {
      slot = newSlot(names.name(nameId), filter, maxSlots);
      slotOfName[nameId] = slot;
    }
    return slot;
  }

  private int newSlot(String counter, CounterFilter filter, int maxSlots) {
    if (!filter.accepts(id, counter)) {
      return EXCLUDED;
    }
    if (counter.isEmpty()
        || counter.length() > PmLimits.NAME_CHARS
        || counters.size() >= maxSlots) {
      return UNUSABLE;
    }
    counters.add(counter);
    return counters.size() - 1;
  }
}
