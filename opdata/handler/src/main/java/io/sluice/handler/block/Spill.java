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
  private byte[] bytes = new byte[4 << 10];

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
        table.select(row);
        writeRow(file((table.hash(row) >>> shift) & (FILES - 1)), table, row);
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

  private static void writeRow(DataOutputStream out, RowTable table, int row) throws IOException {
    out.writeInt(table.slots(row));
    out.writeInt(table.element(row));
    out.writeInt(table.group(row));
    out.writeLong(table.end(row));
    out.writeInt(table.granularity(row));
    out.writeBoolean(table.suspect(row));
    out.writeInt(table.objectLength(row));
    out.write(table.objectBytes(row), table.objectOffset(row), table.objectLength(row));
    for (int slot = 0; slot < table.slots(row); slot++) {
      int state = table.state(slot);
      if (state != 0) {
        out.writeInt(slot);
        writeValue(out, table, slot, CellKind.of(state));
      }
    }
    out.writeInt(-1);
  }

  private static void writeValue(DataOutputStream out, RowTable table, int slot, CellKind kind)
      throws IOException {
    out.writeByte(kind.code());
    switch (kind) {
      case BLANK -> {}
      case DOUBLE -> out.writeLong(table.getBits(slot));
      default -> {
        out.writeInt(table.bytesLength(slot));
        out.write(table.bytes(slot), table.bytesOffset(slot), table.bytesLength(slot));
      }
    }
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
        for (int slots = readSlots(in); slots >= 0; slots = readSlots(in)) {
          readRow(in, slots, target);
        }
      }
      Files.delete(paths[number]);
      files[number] = null;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Slots of the next row; -1 at the end of the file. */
  private static int readSlots(DataInputStream in) throws IOException {
    int first = in.read();
    return first < 0 ? -1 : (first << 24) | (in.readUnsignedByte() << 16) | in.readUnsignedShort();
  }

  private void readRow(DataInputStream in, int slots, BlockStore target) throws IOException {
    RowKey key = target.key();
    key.set(in.readInt(), in.readInt(), in.readLong(), in.readInt());
    boolean suspect = in.readBoolean();
    key.objectLength = in.readInt();
    key.ensure(key.objectLength);
    in.readFully(key.object, 0, key.objectLength);
    RowTable table = target.row(slots, suspect);
    for (int slot = in.readInt(); slot >= 0; slot = in.readInt()) {
      CellKind kind = CellKind.of(in.readByte());
      switch (kind) {
        case BLANK -> table.putBlank(slot);
        case DOUBLE -> table.putDouble(slot, in.readLong());
        default -> {
          int length = in.readInt();
          if (bytes.length < length) {
            bytes = new byte[Math.max(length, bytes.length * 2)];
          }
          in.readFully(bytes, 0, length);
          table.putBytes(slot, kind, bytes, length);
        }
      }
    }
  }

  private static PauseStage failed(IOException e) {
    return new PauseStage(
        "the temporary directory cannot take the rows of a large file; is it full? "
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
