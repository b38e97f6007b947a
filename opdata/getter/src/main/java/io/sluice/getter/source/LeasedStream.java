package io.sluice.getter.source;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Gives its connection back when it is closed, unless reading failed. */
final class LeasedStream extends FilterInputStream {

  private final SftpServer.Lease lease;
  private boolean ended;

  LeasedStream(InputStream in, SftpServer.Lease lease) {
    super(in);
    this.lease = lease;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    try {
      int count = in.read(bytes, offset, length);
      ended |= count < 0;
      return count;
    } catch (IOException | RuntimeException e) {
      lease.discard();
      throw e;
    }
  }

  /** A stream left before its end has requests in flight: its connection is not worth saving. */
  @Override
  public void close() throws IOException {
    if (!ended) {
      lease.discard();
      return;
    }
    try {
      in.close();
    } catch (IOException e) {
      lease.discard();
      throw e;
    }
    lease.giveBack();
  }
}
