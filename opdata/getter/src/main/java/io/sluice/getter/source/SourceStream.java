package io.sluice.getter.source;

import java.io.IOException;
import java.io.InputStream;

/** The bytes of one open file. */
public abstract class SourceStream extends InputStream {

  /**
   * Size and time of the file. At the end of the stream that is what they were after its last byte
   * was read, so that a caller who knows what was listed can tell whether it has read just that.
   */
  public abstract SourceFile stat() throws IOException;

  @Override
  public abstract int read(byte[] bytes, int offset, int length) throws IOException;

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public abstract void close();
}
