package io.sluice.handler.block;

import io.sluice.core.fate.PauseStage;
import io.sluice.handler.value.CellKind;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Rows on disk, in files by a part of the key's hash, so that equal keys meet in one file however
 * often memory was full (Grace hash join, Kitsuregawa 1983). Rows keep their order within a file.
 */
final class Spill implements AutoCloseable {

  static final int BITS = 5;

  private static final int FILES = 1 << BITS;
  private static final int BUFFER = 64 << 10;

  private final Path[] paths = new Path[FILES];
  private final DataOutputStream[] files = new DataOutputStream[FILES];
  private final Path directory;
  private final int shift;
  private final long[] rows = new long[FILES];

  /**
   * Opens nothing yet.
   *
   * @param level 0 for rows of a file, one more for each file that is itself too large for memory
   */
  Spill(Path directory, int level) {
    this.directory = directory;
    this.shift = 32 - BITS * (level + 1);
  }

  static boolean isPossible(int level) {
    return BITS * (level + 1) <= 32;
  }

  int files() {
    return FILES;
  }

  /** Appends all rows of the table. */
  void write(RowTable table) {
    try {
      for (int row = 0; row < table.rows(); row++) {
        int file = (table.hash(row) >>> shift) & (FILES - 1);
        write(file(file), table.select(row));
        rows[file]++;
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private DataOutputStream file(int number) throws IOException {
    if (files[number] == null) {
      paths[number] = Files.createTempFile(directory, "block", ".rows");
      files[number] =
          new DataOutputStream(
              new BufferedOutputStream(Files.newOutputStream(paths[number]), BUFFER));
    }
    return files[number];
  }

  private static void write(DataOutputStream out, BlockRow row) throws IOException {
    out.writeInt(row.slots());
    out.writeBoolean(row.suspect());
    out.writeInt(row.keyLength());
    out.write(row.objectBytes(), row.objectOffset() - RowKey.OBJECT, row.keyLength());
    for (int slot = 0; slot < row.slots(); slot++) {
      out.writeByte(row.state(slot));
      if (row.has(slot)) {
        write(out, row, slot);
      }
    }
  }

  private static void write(DataOutputStream out, BlockRow row, int slot) throws IOException {
    if (isShort(row.kind(slot))) {
      out.writeLong(row.bits(slot));
    } else {
      out.writeInt(row.bytesLength(slot));
      out.write(row.bytes(slot), row.bytesOffset(slot), row.bytesLength(slot));
    }
  }

  private static boolean isShort(CellKind kind) {
    return kind == CellKind.DOUBLE || kind == CellKind.BLANK;
  }

  /**
   * Puts the rows of one file into a store, in the order they were written, and deletes the file.
   */
  void read(int number, BlockStore target) {
    if (files[number] == null) {
      return;
    }
    try {
      files[number].close();
      try (DataInputStream in =
          new DataInputStream(
              new BufferedInputStream(Files.newInputStream(paths[number]), BUFFER))) {
        for (; rows[number] > 0; rows[number]--) {
          read(in, target);
        }
      }
      Files.delete(paths[number]);
      files[number] = null;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static void read(DataInputStream in, BlockStore target) throws IOException {
    int slots = in.readInt();
    boolean suspect = in.readBoolean();
    target.key().read(in);
    RowTable table = target.row(slots, suspect);
    for (int slot = 0; slot < slots; slot++) {
      byte state = in.readByte();
      if (state != 0) {
        read(in, table, slot, CellKind.of(state));
      }
    }
  }

  private static void read(DataInputStream in, RowTable table, int slot, CellKind kind)
      throws IOException {
    if (isShort(kind)) {
      table.put(slot, kind, in.readLong());
    } else {
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      table.put(slot, kind, bytes, bytes.length);
    }
  }

  private static PauseStage failed(IOException e) {
    return new PauseStage(
        "the temporary directory (sluice.handler.temp) cannot take the rows of a large file: "
            + e.getMessage(),
        e);
  }

  @Override
  public void close() {
    try {
      for (int i = 0; i < FILES; i++) {
        if (files[i] != null) {
          files[i].close();
          Files.deleteIfExists(paths[i]);
          files[i] = null;
        }
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
