package io.sluice.handler.pm;

import io.sluice.handler.block.BlockRow;
import io.sluice.handler.block.BlockStore;
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
  private String element = "";

  /** Takes rows without duplicates. */
  @FunctionalInterface
  public interface Output {

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
      PmGroup group,
      char[] object,
      int offset,
      int length,
      long endMicros,
      int granularity,
      boolean suspect) {
    while (groups.size() <= group.index()) {
      groups.add(null);
    }
    groups.set(group.index(), group);
    store.row(
        group.index(), group.slots(), object, offset, length, endMicros, granularity, suspect);
  }

  @Override
  public boolean value(int slot, char[] chars, int offset, int length) {
    return store.put(slot, chars, offset, length);
  }

  @Override
  public void end() {
    store.drain(row -> output.row(element, groups.get(row.group()), row));
  }
}
