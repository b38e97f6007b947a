package io.sluice.getter.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;

/**
 * Reads a file to its end over broken connections: goes on where it stopped, as long as the file is
 * the one it began with. Gives up after some breaks without a byte between them.
 */
public final class ResumingStream extends InputStream {

  private static final int BREAKS = 5;

  private final Source source;
  private final SourceFile file;
  private final SftpServer.Sleeper sleeper;
  private InputStream in;
  private long position;
  private int breaks;

  /**
   * @param file as it was when the reading began
   */
  public ResumingStream(Source source, SourceFile file) {
    this(source, file, SftpServer.Sleeper.THREAD);
  }

  ResumingStream(Source source, SourceFile file, SftpServer.Sleeper sleeper) {
    this.source = source;
    this.file = file;
    this.sleeper = sleeper;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    while (true) {
      try {
        return readOnce(bytes, offset, length);
      } catch (SourceFileMissing | SourceFileDenied | SourceFileChanged e) {
        throw e;
      } catch (IOException e) {
        resumeAfter(e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (in != null) {
      in.close();
      in = null;
    }
  }

  private int readOnce(byte[] bytes, int offset, int length) throws IOException {
    if (in == null) {
      in = source.open(file.path(), position);
    }
    int count = in.read(bytes, offset, length);
    if (count > 0) {
      position += count;
      breaks = 0;
    }
    return count;
  }

  private void resumeAfter(IOException e) throws IOException {
    closeBroken(e);
    breaks++;
    if (breaks >= BREAKS) {
      throw e instanceof SourceAway ? e : new SourceAway(message(e), e);
    }
    pause();
    if (position > 0) {
      checkUnchanged();
    }
  }

  private String message(IOException e) {
    return "reading %s from %s broke %d times at byte %,d: %s"
        .formatted(Names.printable(file.path()), source.host(), breaks, position, e.getMessage());
  }

  private void checkUnchanged() throws IOException {
    SourceFile now;
    try {
      now = source.stat(file.path());
    } catch (SourceAway e) {
      resumeAfter(e);
      return;
    }
    if (!file.unchanged(now)) {
      throw new SourceFileChanged(source.host(), file, now);
    }
  }

  private void closeBroken(IOException cause) {
    try {
      close();
    } catch (IOException e) {
      cause.addSuppressed(e);
      in = null;
    }
  }

  private void pause() throws IOException {
    try {
      sleeper.sleep(Duration.ofMillis(500L << breaks));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting to read on");
    }
  }
}
