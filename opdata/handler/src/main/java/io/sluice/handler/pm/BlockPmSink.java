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
 * Collapses the duplicates of a file, whichever of its element blocks they are in, then hands out
 * its rows. All blocks are held: most files fit in the store's memory, and larger ones go to its
 * disk. Where later stages collapse what is left, a full store may be emptied between two blocks
 * instead.
 */
public final class BlockPmSink implements PmSink {

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
  public BlockPmSink(BlockStore store, Output output, boolean emptiedWhenFull) {
    this.store = store;
    this.output = output;
    this.emptiedWhenFull = emptiedWhenFull;
  }

  @Override
  public boolean element(String name) {
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

  @Override
  public void row(
      PmGroup rowGroup,
      char[] object,
      int offset,
      int length,
      long endMicros,
      int granularity,
      boolean suspect) {
    group = rowGroup;
    while (groups.size() <= group.index()) {
      groups.add(null);
    }
    groups.set(group.index(), group);
    store.row(
        element,
        group.index(),
        group.slots(),
        object,
        offset,
        length,
        endMicros,
        granularity,
        suspect);
  }

  @Override
  public boolean value(int slot, char[] chars, int offset, int length) {
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

  @Override
  public void end() {
    store.drain(row -> output.row(elements.get(row.element()), groups.get(row.group()), row));
  }
}
