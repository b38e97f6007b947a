package io.sluice.getter.archive;

import io.sluice.core.fate.FateException;
import io.sluice.core.fate.RejectFile;
import io.sluice.core.staging.BlockStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;
import java.util.zip.CRC32;

/**
 * The bytes of one member: counted against the budget, checked against the archive's checksum, and
 * with every failure told apart from one of the store they go to.
 */
final class MemberStream extends BlockStream {

  private static final long NO_CRC = -1;

  private final InputStream in;
  private final String path;
  private final LongConsumer counter;
  private final long expectedCrc;
  private final CRC32 crc = new CRC32();
  private boolean ended;

  private MemberStream(InputStream in, String path, LongConsumer counter, long expectedCrc) {
    this.in = in;
    this.path = path;
    this.counter = counter;
    this.expectedCrc = expectedCrc;
  }

  static MemberStream of(InputStream in, String path, LongConsumer counter) {
    return new MemberStream(in, path, counter, NO_CRC);
  }

  static MemberStream withCrc(InputStream in, String path, LongConsumer counter, long crc) {
    return new MemberStream(in, path, counter, crc);
  }

  @Override
  public int read(byte[] bytes, int offset, int length) {
    int count = readArchive(bytes, offset, length);
    if (count > 0) {
      counter.accept(count);
      crc.update(bytes, offset, count);
    } else if (count < 0 && !ended) {
      ended = true;
      checkCrc();
    }
    return count;
  }

  private int readArchive(byte[] bytes, int offset, int length) {
    try {
      return in.read(bytes, offset, length);
    } catch (FateException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw corrupt(path, e);
    }
  }

  private void checkCrc() {
    if (expectedCrc != NO_CRC && crc.getValue() != expectedCrc) {
      throw new RejectFile(
          "archive_corrupt",
          "member " + path,
          "the archive is corrupt: checksum %08x instead of %08x; deliver it again"
              .formatted(crc.getValue(), expectedCrc));
    }
  }

  static RejectFile corrupt(String path, Exception e) {
    String what = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new RejectFile(
        "archive_corrupt",
        path.isEmpty() ? "" : "member " + path,
        "the archive is corrupt or cut short (" + what + "); deliver it again",
        e);
  }
}
