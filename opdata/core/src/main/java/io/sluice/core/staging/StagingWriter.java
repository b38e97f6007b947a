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

  abstract void abort() throws IOException;
}
