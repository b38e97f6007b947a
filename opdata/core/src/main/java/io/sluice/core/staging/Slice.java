package io.sluice.core.staging;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** So many bytes of a stream. That there are fewer is a failure. */
final class Slice extends BlockStream {

  private final InputStream in;
  private final String ends;
  private long left;

  /**
   * @param ends the beginning of the failure's message, such as "pack 5 ends "
   */
  Slice(InputStream in, long length, String ends) {
    this.in = in;
    this.left = length;
    this.ends = ends;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    int count = in.read(bytes, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw new EOFException(ends + left + " bytes short");
    }
    left -= count;
    return count;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
