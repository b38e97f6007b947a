package io.sluice.getter.source;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/**
 * Reads a file to its end over broken sessions: goes on where it stopped, as long as the file is
 * the one it began with. Gives up after some breaks without a byte between them.
 */
final class ResumingStream extends SourceStream {

  private static final int BREAKS = 5;

  private final SourceReader reader;
  private final SourceFile file;
  private final Sleeper sleeper;
  private SourceStream in;
  private long position;
  private int breaks;

  /**
   * Opens the file.
   *
   * @param file as it was when it was listed
   */
  ResumingStream(SourceReader reader, SourceFile file, Sleeper sleeper) throws IOException {
    this.reader = reader;
    this.file = file;
    this.sleeper = sleeper;
    reader.begin();
    resuming(() -> in);
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = resuming(() -> in.read(bytes, offset, length));
    if (count > 0) {
      position += count;
      breaks = 0;
    }
    return count;
  }

  @Override
  public SourceFile stat() throws IOException {
    return resuming(() -> in.stat());
  }

  @Override
  public void close() {
    if (in != null) {
      in.close();
      in = null;
    }
  }

  private <T> T resuming(Work<T> work) throws IOException {
    while (true) {
      try {
        if (in == null) {
          reopen();
        }
        return work.run();
      } catch (SourceFileMissing
          | SourceFileFailed
          | SourceFileChanged
          | SourceMirrorAway
          | InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        broke(e);
      }
    }
  }

  private void reopen() throws IOException {
    in = reader.open(file, position);
    if (breaks > 0) {
      SourceFile now = in.stat();
      if (!file.unchanged(now)) {
        throw new SourceFileChanged(reader.host(), file, now);
      }
    }
  }

  private void broke(IOException e) throws IOException {
    close();
    reader.close();
    breaks++;
    if (breaks >= BREAKS) {
      throw e instanceof SourceAway ? e : new SourceAway(message(e), e);
    }
    sleeper.pause(Duration.ofMillis(500L << breaks));
  }

  private String message(IOException e) {
    return "reading %s from %s broke %d times at byte %,d: %s"
        .formatted(Names.printable(file.path()), reader.host(), breaks, position, e.getMessage());
  }

  interface Work<T> {
    T run() throws IOException;
  }
}
