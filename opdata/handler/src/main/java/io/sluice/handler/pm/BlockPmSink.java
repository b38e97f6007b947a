package io.sluice.handler.pm;

import io.sluice.handler.block.BlockConsumer;
import io.sluice.handler.block.BlockRow;
import io.sluice.handler.block.BlockStore;
import io.sluice.handler.value.MeasuredValue;
import io.sluice.handler.value.CellKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Collapses the duplicates of each element block, then hands out its rows. Adjacent measData of one
 * element are one block.
 */
public final class BlockPmSink implements PmSink {

  private final BlockStore store;
  private final Output output;
  private final List<PmGroup> groups = new ArrayList<>();
  private final BlockConsumer consumer = new Consumer();
  private String element = "";
  private PmGroup group;

  /** Takes rows without duplicates. */
  public interface Output {

    /** Announces a row of the next run, see {@link BlockConsumer#prepare}. */
    void prepare(String element, PmGroup group, BlockRow row);

    /** The row is reused: take what is needed before returning. */
    void row(String element, PmGroup group, BlockRow row);
  }

  public BlockPmSink(BlockStore store, Output output) {
    this.store = store;
    this.output = output;
  }

  @Override
  public void element(String name) {
    if (!name.equals(element)) {
      end();
      element = name;
    }
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
        group.index(), group.slots(), object, offset, length, endMicros, granularity, suspect);
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
    store.drain(consumer);
  }

  private final class Consumer implements BlockConsumer {

    @Override
    public void prepare(BlockRow row) {
      output.prepare(element, groups.get(row.group()), row);
    }

    @Override
    public void row(BlockRow row) {
      output.row(element, groups.get(row.group()), row);
    }
  }
}
