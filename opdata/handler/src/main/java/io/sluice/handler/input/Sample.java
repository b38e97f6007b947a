package io.sluice.handler.input;

import io.sluice.core.fate.RejectFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;

/**
 * The first bytes of a file, to be looked at before all of it is read. A file that breaks off in
 * them is known so when its reader comes to the break, not before. Its buffer is kept for the next
 * file.
 */
public final class Sample {

  private static final int INITIAL = 16 << 10;

  private final int limit;
  private byte[] bytes = new byte[INITIAL];
  private int size;
  private boolean whole;
  private RejectFile broken;
  private InputStream rest;

  /**
   * An empty sample.
   *
   * @param limit bytes that are looked at
   */
  public Sample(int limit) {
    this.limit = limit;
  }

  /** Takes the first bytes of a file. */
  public void read(InputStream in) throws IOException {
    rest = in;
    size = 0;
    broken = null;
    whole = false;
    try {
      while (size < limit && !whole) {
        ensureRoom();
        int count = in.read(bytes, size, Math.min(bytes.length, limit) - size);
        whole = count < 0;
        size += Math.max(count, 0);
      }
    } catch (RejectFile e) {
      broken = e;
    }
  }

  private void ensureRoom() {
    if (size == bytes.length) {
      bytes = Arrays.copyOf(bytes, size * 2);
    }
  }

  /** The array that holds the bytes, from its start. */
  public byte[] bytes() {
    return bytes;
  }

  public int size() {
    return size;
  }

  /** Whether the sample is the whole file. */
  public boolean isWhole() {
    return whole;
  }

  /** Whether there is more to come. */
  public boolean hasMore() {
    return !whole && broken == null;
  }

  /** Fails as reading on would, when the file broke off in the sample. */
  public void throwIfBroken() {
    if (broken != null) {
      throw broken;
    }
  }

  /** The file from an offset in the sample on. */
  public InputStream content(int from) {
    InputStream head = new ByteArrayInputStream(bytes, from, size - from);
    return new SequenceInputStream(head, broken == null ? rest : new Break(broken));
  }

  /** A file's end that is none. */
  private static final class Break extends InputStream {

    private final RejectFile broken;

    Break(RejectFile broken) {
      this.broken = broken;
    }

    @Override
    public int read() {
      throw broken;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      throw broken;
    }
  }
}
