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

  /** Bytes before a stored row: its time, and whether it has one. */
  private static final int HEAD = 9;

  /** Of a numeric in COPY form: its length, digits, weight and sign come before the scale. */
  private static final int NUMERIC_SCALE = 4 + 6;

  /** Takes the rows that are left. */
  interface Output {

    /**
     * One row.
     *
     * @param micros its time, if it has one
     */
    void row(byte[] bytes, int offset, int length, boolean timed, long micros);
  }

  private final BlockStore store;
  private final CopyBuffer scratch = new CopyBuffer(1 << 10);
  private byte[] key = new byte[256];
  private int keyLength;
  private byte[] row = new byte[1 << 10];

  /**
   * Rows of one file.
   *
   * @param store empty
   */
  KeyedRows(BlockStore store) {
    this.store = store;
  }

  /** Where the next row is written, and nothing else. */
  CopyBuffer begin() {
    scratch.clear();
    keyLength = 0;
    return scratch;
  }

  /**
   * The field that was written to {@code scratch} from {@code from} on belongs to the key.
   *
   * @return false when the key is longer than any index takes
   */
  boolean key(int from, PgType type) {
    int length = scratch.size() - from;
    if (keyLength + length > BlockStore.KEY_BYTES) {
      return false;
    }
    if (key.length < keyLength + length) {
      key = Arrays.copyOf(key, Math.max(keyLength + length, key.length * 2));
    }
    scratch.get(from, key, keyLength, length);
    if (type == PgType.NUMERIC) {
      // 1.0 and 1.00 are one key.
      key[keyLength + NUMERIC_SCALE] = 0;
      key[keyLength + NUMERIC_SCALE + 1] = 0;
    }
    keyLength += length;
    return true;
  }

  /** The row is complete. */
  void end(boolean timed, long micros) {
    int length = HEAD + scratch.size();
    if (row.length < length) {
      row = new byte[Math.max(length, row.length * 2)];
    }
    ByteBuffer.wrap(row).putLong(micros).put((byte) (timed ? 1 : 0));
    scratch.get(0, row, HEAD, scratch.size());
    store.put(key, keyLength, row, length);
  }

  /** Hands out what is left. */
  void drain(Output output) {
    store.drain(
        stored -> {
          ByteBuffer head = ByteBuffer.wrap(stored.bytes(), stored.bytesOffset(), HEAD);
          long micros = head.getLong();
          output.row(
              stored.bytes(),
              stored.bytesOffset() + HEAD,
              stored.bytesLength() - HEAD,
              head.get() != 0,
              micros);
        });
  }

  /** Rows that gave way to a later one of their key. */
  long collapsed() {
    return store.collapsed();
  }

  /** Of the collapsed, those that differed. */
  long conflicts() {
    return store.conflicts();
  }
}
