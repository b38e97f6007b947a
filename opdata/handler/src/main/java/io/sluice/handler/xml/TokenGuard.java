package io.sluice.handler.xml;

import io.sluice.core.fate.RejectFile;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Counts what the parser reads for one token, because the parser itself keeps a tag of any size. It
 * reads in blocks only.
 */
final class TokenGuard extends FilterInputStream {

  private final int limit;
  private long read;
  private long tokenStart;

  TokenGuard(InputStream in, int limit) {
    super(in);
    this.limit = limit;
  }

  void startToken() {
    tokenStart = read;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (read - tokenStart > limit) {
      throw new RejectFile(
          "token_too_large",
          "byte " + tokenStart,
          "one tag, comment or text is longer than " + limit + " bytes");
    }
    int n = super.read(buffer, offset, length);
    read += Math.max(n, 0);
    return n;
  }
}
