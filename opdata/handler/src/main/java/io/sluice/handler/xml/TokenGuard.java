package io.sluice.handler.xml;

import io.sluice.core.fate.RejectFile;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Counts what the parser reads for one token, because the parser itself keeps a tag of any size.
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
  public int read() throws IOException {
    check();
    int b = super.read();
    if (b >= 0) {
      read++;
    }
    return b;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    check();
    int n = super.read(buffer, offset, length);
    if (n > 0) {
      read += n;
    }
    return n;
  }

  private void check() {
    if (read - tokenStart > limit) {
      throw new RejectFile(
          "token_too_large",
          "byte " + tokenStart,
          "one tag, comment or text is longer than " + limit + " bytes");
    }
  }
}
