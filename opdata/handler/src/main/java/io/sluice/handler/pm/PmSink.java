package io.sluice.handler.pm;

import io.sluice.handler.block.BlockRow;
import io.sluice.handler.block.BlockStore;
import io.sluice.handler.value.CellKind;
import io.sluice.handler.value.MeasuredValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Receives the measured values of a file, in the file's order; collapses its duplicates, whichever
 * of its element blocks they are in, then hands out its rows. All blocks are held: most files fit
 * in the store's memory, and larger ones go to its disk. Where later stages collapse what is left,
 * a full store may be emptied between two blocks instead.
 */
public final class PmSink {

  private final BlockStore store;
  private final Output output;
  private final boolean emptiedWhenFull;
  private final List<PmGroup> groups = new ArrayList<>();
  private final List<String> elements = new ArrayList<>();
  private final Map<String, Integer> elementIndexes = new HashMap<>();
  private long elementChars;
  private int element;
  private PmGroup group;

  /** Takes rows without duplicates. */
  public interface Output {

    /** The row is reused: take what is needed before returning. */
    void row(String element, PmGroup group, BlockRow row);
  }

  /**
   * A sink for one file.
   *
   * @param store empty
   * @param emptiedWhenFull whether equal keys in far parts of a file larger than memory may both be
   *     handed out
   */
  public PmSink(BlockStore store, Output output, boolean emptiedWhenFull) {
    this.store = store;
    this.output = output;
    this.emptiedWhenFull = emptiedWhenFull;
  }

  /**
   * A new element block begins; all rows until the next are this element's.
   *
   * @return false when the file has too many elements: the block's rows are not taken
   */
  boolean element(String name) {
    if (emptiedWhenFull && store.isNearlyFull()) {
      end();
    }
    Integer known = elementIndexes.get(name);
    if (known != null) {
      element = known;
      return true;
    }
    if (elements.size() >= PmLimits.ELEMENTS || elementChars > PmLimits.ELEMENT_CHARS) {
      return false;
    }
    element = elements.size();
    elements.add(name);
    elementIndexes.put(name, element);
    elementChars += name.length();
    return true;
  }

  /**
   * A row begins: the values of one object of one group at one end time.
   *
   * @param object measObjLdn, may be empty
   * @param endMicros end of the period, microseconds since 1970-01-01T00:00Z
   * @param granularity seconds, 0 when the file does not say it
   */
  void row(PmGroup of, TextBuffer object, long endMicros, int granularity, boolean suspect) {
    if (group != of) {
      group = of;
      while (groups.size() <= group.index()) {
        groups.add(null);
      }
      groups.set(group.index(), group);
    }
    store.row(
        element,
        group.index(),
        group.slots(),
        object.chars(),
        0,
        object.length(),
        endMicros,
        granularity,
        suspect);
  }

  /**
   * One value of the row.
   *
   * @param slot of the row's group
   * @return false when the text is no value; it is then not stored
   */
  boolean value(int slot, char[] chars, int offset, int length) {
    char[] blank = group.blank(slot);
    CellKind kind =
        blank != null && MeasuredValue.isBlank(chars, offset, length)
            ? store.put(slot, blank, 0, blank.length)
            : store.put(slot, chars, offset, length);
    if (kind == CellKind.TEXT) {
      return false;
    }
    group.saw(slot, kind);
    return true;
  }

  /** No more rows. */
  void end() {
    store.drain(row -> output.row(elements.get(row.element()), groups.get(row.group()), row));
  }
}
