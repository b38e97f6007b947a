package io.sluice.getter.archive;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarUtils;

/** What a file's first bytes say it is. Its name is not asked. */
public enum ArchiveKind {
  /** No archive, or a single compressed file, which the handler decompresses. */
  NONE,
  ZIP,
  TAR,
  /** A gz file with an archive in it. */
  GZIP,
  /** bzip2, xz, zstd, compress, lz4, 7z or rar. */
  UNSUPPORTED;

  /** As much of a file's start as {@link #of} wants to see, in bytes. */
  public static final int HEAD = 64 * 1024;

  private static final int TAR_BLOCK = 512;
  private static final int[][] UNSUPPORTED_MAGICS = {
    {'7', 'z', 0xBC, 0xAF, 0x27, 0x1C},
    {'R', 'a', 'r', '!', 0x1A, 0x07},
    {0xFD, '7', 'z', 'X', 'Z', 0},
    {0x28, 0xB5, 0x2F, 0xFD},
    {0x04, 0x22, 0x4D, 0x18},
    {0x1F, 0x9D},
  };

  /** Judges a file by its first bytes, {@link #HEAD} of them or all it has. */
  public static ArchiveKind of(byte[] head) {
    if (starts(head, 'P', 'K', '0', '0', 'P', 'K', 3, 4)
        || starts(head, 'P', 'K', 3, 4)
        || starts(head, 'P', 'K', 5, 6)
        || starts(head, 'P', 'K', 7, 8)) {
      return ZIP;
    }
    if (isGzip(head)) {
      return ofGzip(head);
    }
    if (isTar(head)) {
      return TAR;
    }
    return isUnsupported(head) ? UNSUPPORTED : NONE;
  }

  static boolean isGzip(byte[] head) {
    return starts(head, 0x1F, 0x8B, 8);
  }

  private static ArchiveKind ofGzip(byte[] head) {
    byte[] inner = decompressedStart(head);
    return isGzip(inner) || of(inner) != NONE ? GZIP : NONE;
  }

  private static byte[] decompressedStart(byte[] head) {
    byte[] start = new byte[TAR_BLOCK];
    int length = 0;
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(head))) {
      for (int count = 0; count >= 0 && length < start.length; length += count) {
        count = in.read(start, length, start.length - length);
        if (count < 0) {
          break;
        }
      }
    } catch (IOException e) {
      return Arrays.copyOf(start, length); // cut short or broken: what came before it decides
    }
    return Arrays.copyOf(start, length);
  }

  /** A header block with the magic of POSIX, or older ones, which have only their checksum. */
  private static boolean isTar(byte[] head) {
    if (head.length < TAR_BLOCK) {
      return false;
    }
    byte[] block = Arrays.copyOf(head, TAR_BLOCK);
    return new String(block, 257, 5, US_ASCII).equals("ustar") || hasTarChecksum(block);
  }

  private static boolean hasTarChecksum(byte[] block) {
    try {
      return TarUtils.verifyCheckSum(block);
    } catch (IllegalArgumentException e) {
      return false; // no octal number where the checksum would be
    }
  }

  private static boolean isUnsupported(byte[] head) {
    boolean bzip2 = starts(head, 'B', 'Z', 'h') && at(head, 4, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59);
    return bzip2 || Arrays.stream(UNSUPPORTED_MAGICS).anyMatch(magic -> starts(head, magic));
  }

  private static boolean starts(byte[] head, int... magic) {
    return at(head, 0, magic);
  }

  private static boolean at(byte[] head, int offset, int... magic) {
    if (head.length < offset + magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((head[offset + i] & 0xFF) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}
