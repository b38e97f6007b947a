package io.sluice.getter.source;

import io.sluice.core.yaml.DataSize;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/** Reads no faster than the host's limit allows, shared with all others that read from it. */
final class RatedStream extends FilterInputStream {

  private static final int PIECE = 64 * 1024;

  private final RateLimiter limiter;
  private final DataSize perSecond;
  private final SftpServer.Sleeper sleeper;

  RatedStream(InputStream in, RateLimiter limiter, DataSize perSecond, SftpServer.Sleeper sleeper) {
    super(in);
    this.limiter = limiter;
    this.perSecond = perSecond;
    this.sleeper = sleeper;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = in.read(bytes, offset, Math.min(length, PIECE));
    if (count > 0) {
      pause(count);
    }
    return count;
  }

  private void pause(int count) throws IOException {
    try {
      sleeper.sleep(limiter.take(count, perSecond.bytes()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while keeping to the rate limit");
    }
  }
}
