package io.sluice.core.staging;

import java.io.IOException;
import java.io.OutputStream;

/**
 * One object being written. Nothing is visible before {@link #commit}; closing without it leaves
 * nothing behind, so a plain try-with-resources aborts on every failure.
 */
public abstract class StagingWriter extends OutputStream {

  private long size;
  private boolean finished;

  /** Makes the object visible, whole. */
  public final void commit() throws IOException {
    if (finished) {
      throw new IllegalStateException("already committed or closed");
    }
    finished = true;
    publish();
  }

  /**
   * Makes the object visible, whole, and returns only when it survives a power failure; for what
   * cannot be made again.
   */
  public final void commitDurably() throws IOException {
    force();
    commit();
    settled();
  }

  /** Bytes written so far. */
  public final long size() {
    return size;
  }

  @Override
  public final void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public final void write(byte[] bytes, int offset, int length) throws IOException {
    append(bytes, offset, length);
    size += length;
  }

  @Override
  public final void close() throws IOException {
    if (!finished) {
      finished = true;
      abort();
    }
  }

  abstract void append(byte[] bytes, int offset, int length) throws IOException;

  abstract void publish() throws IOException;

  /** Sends what was appended to the disk; a store that answers only for what is safe need not. */
  void force() throws IOException {}

  /** Sends to the disk that the object is visible. */
  void settled() throws IOException {}

  abstract void abort() throws IOException;
}
