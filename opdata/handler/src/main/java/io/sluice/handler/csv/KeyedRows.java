package io.sluice.handler.csv;

import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.handler.block.BlockStore;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The rows of a file whose target merges: of equal keys the last row wins, as it would if each were
 * merged after the other, and the others collapse. Bounded memory, however large the file is.
 */
final class KeyedRows {

  /** Before a stored row stands its time. */
  private static final byte[] HEAD = new byte[Long.BYTES];

  /** Of a numeric in COPY form: its length, digits, weight and sign come before the scale. */
  private static final int NUMERIC_SCALE = 4 + 6;

  /** Takes the rows that are left. */
  interface Output {

    /** One row, and the time that it ended with. */
    void row(byte[] bytes, int offset, int length, long micros);
  }

  private final BlockStore store;
  private final CopyBuffer row = new CopyBuffer(1 << 10);
  private final CopyBuffer key = new CopyBuffer(256);

  /**
   * Rows of one file.
   *
   * @param store empty
   */
  KeyedRows(BlockStore store) {
    this.store = store;
  }

  /** Where the next row is written. */
  CopyBuffer begin() {
    row.clear();
    row.append(HEAD, 0, HEAD.length);
    key.clear();
    return row;
  }

  /**
   * The field that was written from a position on belongs to the key.
   *
   * @return false when the key is longer than any index takes
   */
  boolean key(int from, PgType type) {
    int length = row.size() - from;
    int at = key.size();
    if (at + length > BlockStore.KEY_BYTES) {
      return false;
    }
    key.append(row.array(), from, length);
    if (type == PgType.NUMERIC) {
      // 1.0 and 1.00 are one key.
      Arrays.fill(key.array(), at + NUMERIC_SCALE, at + NUMERIC_SCALE + 2, (byte) 0);
    }
    return true;
  }

  /** The row is complete. */
  void end(long micros) {
    ByteBuffer.wrap(row.array()).putLong(micros);
    store.put(key.array(), key.size(), row.array(), row.size());
  }

  /** Hands out what is left. */
  void drain(Output output) {
    store.drain(
        stored -> {
          byte[] bytes = stored.bytes(0);
          int from = stored.bytesOffset(0);
          long micros = ByteBuffer.wrap(bytes).getLong(from);
          output.row(bytes, from + HEAD.length, stored.bytesLength(0) - HEAD.length, micros);
        });
  }
}
