package io.sluice.handler.block;

import io.sluice.handler.value.CellKind;
import io.sluice.handler.value.MeasuredValue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * The rows of a file, or of blocks of it, in which values of one key collapse: equal ones are
 * counted, of different ones the last wins and the conflict is counted. In memory up to a limit,
 * beyond it on disk; exact in both. Memory is kept for the next file.
 *
 * <p>Of the values put, {@link #collapsed()} are gone and all others come out by {@link #drain};
 * {@link #conflicts()} are among the collapsed.
 */
public final class BlockStore implements AutoCloseable {

  /** Longest key of bytes. */
  public static final int KEY_BYTES = 64 << 10;

  private final Path directory;
  private final long memoryLimit;
  private final int level;
  private final RowTable table;
  private final RowKey key = new RowKey();
  private final MeasuredValue value = new MeasuredValue();
  private Spill spill;
  private long spilled;
  private int pendingSlots = -1;
  private boolean pendingSuspect;

  /**
   * An empty store.
   *
   * @param directory for temporary files
   * @param memoryLimit bytes
   */
  public BlockStore(Path directory, long memoryLimit) {
    this(directory, memoryLimit, 0, new RowTable());
  }

  private BlockStore(Path directory, long memoryLimit, int level, RowTable table) {
    this.directory = directory;
    this.memoryLimit = memoryLimit;
    this.level = level;
    this.table = table;
  }

  /**
   * Begins the row of a key, or goes on with it when it is there already. A row without any value
   * leaves nothing.
   *
   * @param slots how many slots the group has by now
   */
  public void row(
      int element,
      int group,
      int slots,
      char[] object,
      int offset,
      int length,
      long end,
      int granularity,
      boolean suspect) {
    key.set(element, group, end, granularity, object, offset, length);
    pendingSlots = slots;
    pendingSuspect = suspect;
  }

  /**
   * A row of bytes, whose only value they are, under a key of bytes.
   *
   * @param keyLength at most {@link #KEY_BYTES}
   */
  public void put(byte[] keyBytes, int keyLength, byte[] row, int length) {
    key.set(keyBytes, keyLength);
    row(1, false).put(0, CellKind.VECTOR, row, length);
  }

  /** Whether rows went to disk, or soon will. */
  public boolean isNearlyFull() {
    return spill != null || table.memory() > memoryLimit / 4 * 3;
  }

  private boolean isFull() {
    return table.memory() > memoryLimit && table.rows() > 0;
  }

  RowKey key() {
    return key;
  }

  /** Begins the row of {@link #key()}. */
  RowTable row(int slots, boolean suspect) {
    if (isFull() && Spill.isPossible(level)) {
      spill();
    }
    table.row(key, slots, suspect);
    return table;
  }

  private void spill() {
    if (spill == null) {
      spill = new Spill(directory, level);
    }
    spill.write(table);
    spilled++;
    table.clear();
  }

  /**
   * A value into the row begun last.
   *
   * @return its kind; {@code TEXT} is not stored
   */
  public CellKind put(int slot, char[] chars, int offset, int length) {
    CellKind kind = value.parse(chars, offset, length);
    if (pendingSlots >= 0 && kind != CellKind.TEXT) {
      row(pendingSlots, pendingSuspect);
      pendingSlots = -1;
    }
    switch (kind) {
      case DOUBLE -> table.put(slot, kind, Double.doubleToRawLongBits(value.number()));
      case BLANK -> table.put(slot, kind, 0);
      case VECTOR -> table.put(slot, kind, value.elements(), value.elementBytes());
      case NUMERIC, VECTOR_NUMERIC -> {
        byte[] text = value.text().getBytes(StandardCharsets.ISO_8859_1);
        table.put(slot, kind, text, text.length);
      }
      case TEXT -> {}
    }
    return kind;
  }

  /**
   * Hands out all rows, each key once, and forgets them. They come in one or more runs; indexes
   * start anew with each. The row is reused: take what is needed before returning.
   */
  public void drain(Consumer<BlockRow> consumer) {
    if (spill == null) {
      emit(consumer);
      return;
    }
    spill.write(table);
    table.clear();
    // The part's rows take the memory these rows have just left.
    try (BlockStore part = new BlockStore(directory, memoryLimit, level + 1, table)) {
      for (int file = 0; file < spill.files(); file++) {
        spill.read(file, part);
        part.drain(consumer);
      }
    }
    spill.close();
    spill = null;
  }

  private void emit(Consumer<BlockRow> consumer) {
    for (int index = 0; index < table.rows(); index++) {
      consumer.accept(table.select(index));
    }
    table.clear();
  }

  /** Values that gave way to another of the same key. */
  public long collapsed() {
    return table.collapsed();
  }

  /**
   * Values that gave way to a different one. After spilling, each run in memory counts for itself
   * and then its last value against the next run's, so that the number may differ a little from
   * comparing one by one; what is kept does not.
   */
  public long conflicts() {
    return table.conflicts();
  }

  /** How often memory was full. */
  public long spilled() {
    return spilled;
  }

  /** Forgets rows and counts, for the next file. */
  public void reset() {
    close();
    table.clear();
    table.resetCounts();
    pendingSlots = -1;
  }

  @Override
  public void close() {
    if (spill != null) {
      spill.close();
      spill = null;
    }
  }
}
