package io.sluice.handler.input;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.FeedSource.ArchiveLimits;
import io.sluice.core.gzip.GzipMembers;
import io.sluice.core.staging.BlockStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.ZipException;

/**
 * Staged files as their format reads them: unpacked when they begin like gzip, whatever their name,
 * up to the feed's limits. Broken packing rejects the file: every byte of it is read or is said to
 * be wrong. Buffers are kept from file to file; one file at a time, not for use by several threads.
 */
public final class StagedInput implements AutoCloseable {

  /** Small files may be as repetitive as they like. */
  private static final long RATIO_FROM = 16L << 20;

  private static final int MAGIC = 4;
  private static final String GZIP = "\37\213";
  private static final Map<String, String> UNREAD =
      Map.of("PK\3\4", "zip", "BZh", "bzip2", "\3757zX", "xz", "(\265/\375", "zstandard");

  private final ArchiveLimits limits;
  private final GzipMembers gzip = new GzipMembers(InputStream.nullInputStream());

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
    try {
      PushbackInputStream in = new PushbackInputStream(staged, MAGIC);
      byte[] first = in.readNBytes(MAGIC);
      in.unread(first);
      String magic = new String(first, StandardCharsets.ISO_8859_1);
      rejectUnread(magic);
      return magic.startsWith(GZIP) ? unpacked(in, size) : in;
    } catch (IOException e) {
      throw new PauseStage("staging cannot be read: " + e.getMessage(), e);
    }
  }

  private InputStream unpacked(InputStream packed, long size) {
    gzip.reopen(packed);
    return new Unpacked(size);
  }

  private static void rejectUnread(String magic) {
    UNREAD.forEach(
        (start, name) -> {
          if (magic.startsWith(start)) {
            throw new RejectFile(
                "packed",
                "byte 0",
                "the file is compressed as " + name + ", which is not supported");
          }
        });
  }

  @Override
  public void close() {
    try {
      gzip.close();
    } catch (IOException e) {
      throw new PauseStage("closing a staged file failed: " + e.getMessage(), e);
    }
  }

  /** Unzips within bounds. */
  private final class Unpacked extends BlockStream {

    private final long packedSize;
    private long unpacked;

    Unpacked(long packedSize) {
      this.packedSize = packedSize;
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
