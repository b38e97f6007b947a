package io.sluice.handler.input;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.FeedSource.ArchiveLimits;
import io.sluice.core.gzip.GzipMembers;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import java.util.zip.ZipException;

/**
 * Staged files as their format reads them: unpacked when they begin like gzip, whatever their name,
 * up to the feed's limits. A failing store pauses the stage, broken packing rejects the file: every
 * byte of it is read or is said to be wrong. Buffers are kept from file to file; one file at a
 * time, not for use by several threads.
 */
public final class StagedInput implements AutoCloseable {

  /** Small files may be as repetitive as they like. */
  private static final long RATIO_FROM = 16L << 20;

  private final ArchiveLimits limits;
  private GzipMembers gzip;

  public StagedInput(ArchiveLimits limits) {
    this.limits = limits;
  }

  /**
   * Opens the next file.
   *
   * @param staged stays the caller's to close
   * @param size of the staged bytes
   * @throws RejectFile here or while reading, when it cannot be unpacked; it says where
   */
  public InputStream open(InputStream staged, long size) {
    InputStream stored = new Stored(staged);
    try {
      PushbackInputStream in = new PushbackInputStream(stored, 4);
      byte[] magic = in.readNBytes(4);
      in.unread(magic);
      if (startsWith(magic, 0x1f, 0x8b)) {
        return new Unpacked(gzip(in), size, limits);
      }
      String packed = packing(magic);
      if (packed != null) {
        throw new RejectFile(
            "packed", "byte 0", "the file is compressed as " + packed + ", which is not supported");
      }
      return in;
    } catch (IOException e) {
      throw new PauseStage("staging cannot be read: " + e.getMessage(), e);
    }
  }

  private GzipMembers gzip(InputStream in) {
    if (gzip == null) {
      gzip = new GzipMembers(in);
    } else {
      gzip.reopen(in);
    }
    return gzip;
  }

  @Override
  public void close() {
    try {
      if (gzip != null) {
        gzip.close();
      }
    } catch (IOException e) {
      throw new PauseStage("closing a staged file failed: " + e.getMessage(), e);
    }
  }

  private static String packing(byte[] magic) {
    if (startsWith(magic, 'P', 'K', 3, 4)) {
      return "zip";
    }
    if (startsWith(magic, 'B', 'Z', 'h')) {
      return "bzip2";
    }
    if (startsWith(magic, 0xfd, '7', 'z', 'X')) {
      return "xz";
    }
    return startsWith(magic, 0x28, 0xb5, 0x2f, 0xfd) ? "zstandard" : null;
  }

  private static boolean startsWith(byte[] magic, int... wanted) {
    byte[] prefix = new byte[wanted.length];
    for (int i = 0; i < wanted.length; i++) {
      prefix[i] = (byte) wanted[i];
    }
    return magic.length >= prefix.length
        && Arrays.equals(magic, 0, prefix.length, prefix, 0, prefix.length);
  }

  /** Tells a failing store from broken data by the exception's type. */
  private static final class Stored extends FilterInputStream {

    Stored(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (IOException e) {
        throw failed(e);
      }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return super.read(bytes, offset, length);
      } catch (IOException e) {
        throw failed(e);
      }
    }

    private static PauseStage failed(IOException e) {
      return new PauseStage("staging cannot be read: " + e.getMessage(), e);
    }
  }

  /** Unzips within bounds. */
  private static final class Unpacked extends InputStream {

    private final GzipMembers gzip;
    private final long packedSize;
    private final ArchiveLimits limits;
    private long unpacked;

    Unpacked(GzipMembers gzip, long packedSize, ArchiveLimits limits) {
      this.gzip = gzip;
      this.packedSize = packedSize;
      this.limits = limits;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        int n = gzip.read(bytes, offset, length);
        if (n > 0) {
          unpacked += n;
          checkSize();
        }
        return n;
      } catch (EOFException e) {
        throw new RejectFile(
            "truncated",
            position(),
            e.getMessage() + "; was it fetched while it was being written?",
            e);
      } catch (ZipException e) {
        throw new RejectFile("corrupt_gzip", position(), e.getMessage(), e);
      }
    }

    private void checkSize() {
      boolean ratio = unpacked > RATIO_FROM && unpacked / Math.max(packedSize, 1) > limits.ratio();
      if (ratio || unpacked > limits.size().bytes()) {
        throw new RejectFile(
            "zip_bomb",
            position(),
            "unpacks to more than the feed's archive limits (%d times its size, %s) allow"
                .formatted(limits.ratio(), limits.size()));
      }
    }

    private String position() {
      return "byte %d, unpacked byte %d".formatted(gzip.packedPosition(), unpacked);
    }
  }
}
