package io.sluice.handler.input;

import io.sluice.core.fate.RejectFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The first bytes of a file, to be looked at before all of it is read. A file that breaks off in
 * them is known so when its reader comes to the break, not before: reading on fails once more. Its
 * buffer is kept for the next file.
 */
public final class Sample {

  private static final int INITIAL = 16 << 10;
  private static final List<Charset> MARKED =
      List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE);

  private final int limit;
  private byte[] bytes = new byte[INITIAL];
  private int start;
  private int end;
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
    start = 0;
    end = 0;
    broken = null;
    whole = false;
    try {
      while (end < limit && !whole) {
        if (end == bytes.length) {
          bytes = Arrays.copyOf(bytes, end * 2);
        }
        int count = in.read(bytes, end, Math.min(bytes.length, limit) - end);
        whole = count < 0;
        end += Math.max(count, 0);
      }
    } catch (RejectFile e) {
      broken = e;
    }
  }

  /**
   * Passes over the byte-order mark, and more of it: some senders mark twice.
   *
   * @return the charset it stands for, or null without one
   */
  public Charset skipMarks() {
    for (Charset charset : MARKED) {
      byte[] mark = "\uFEFF".getBytes(charset);
      if (startsWith(mark)) {
        while (startsWith(mark)) {
          start += mark.length;
        }
        return charset;
      }
    }
    return null;
  }

  /** Whether these bytes are the next ones. */
  public boolean startsWith(byte... wanted) {
    int stop = start + wanted.length;
    return stop <= end && Arrays.equals(bytes, start, stop, wanted, 0, wanted.length);
  }

  /** Passes over bytes. */
  public void skip(int count) {
    start += count;
  }

  /** Number of bytes that were not passed over. */
  public int size() {
    return end - start;
  }

  /** The first of the bytes as text. */
  public String text(int count, Charset charset) {
    return new String(bytes, start, Math.min(count, size()), charset);
  }

  /** The bytes that were not passed over. */
  public byte[] content() {
    return Arrays.copyOfRange(bytes, start, end);
  }

  /** Whether the sample is the whole file. */
  public boolean isWhole() {
    return whole;
  }

  /**
   * Fails when there is no more than a blank text in the file.
   *
   * @param text the whole sample's
   */
  public void rejectBlank(String text) {
    if ((whole || broken != null) && text.isBlank()) {
      throw broken == null ? new RejectFile("empty", "byte 0", "the file is empty") : broken;
    }
  }

  /** The file from what was not passed over on. */
  public InputStream stream() {
    return new SequenceInputStream(new ByteArrayInputStream(bytes, start, size()), rest);
  }
}
