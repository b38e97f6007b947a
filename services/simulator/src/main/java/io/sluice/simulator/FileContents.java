package io.sluice.simulator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/** The bytes of a file, with what its distortion does to them. */
final class FileContents {
  private static final double CUT_AT = 0.6;
  private static final byte[] ERROR_PAGE =
      "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>\n"
          .getBytes(StandardCharsets.UTF_8);

  private final PmFileWriter writer;
  private final boolean gzip;

  FileContents(PmFileWriter writer, boolean gzip) {
    this.writer = writer;
    this.gzip = gzip;
  }

  byte[] of(PmFile file, PmFileWriter.Count count) throws IOException {
    return switch (file.distortion()) {
      case EMPTY -> new byte[0];
      case NOT_A_MEASUREMENT -> packed(ERROR_PAGE);
      case CUT -> packed(cut(xml(file, count)));
      case TRUNCATED_GZIP -> cut(packed(xml(file, count)));
      default -> packed(xml(file, count));
    };
  }

  private byte[] xml(PmFile file, PmFileWriter.Count count) throws IOException {
    ByteArrayOutputStream buffer = new ByteArrayOutputStream(1 << 16);
    writer.write(file, new ByteSink(buffer), count);
    return buffer.toByteArray();
  }

  private byte[] packed(byte[] plain) throws IOException {
    if (!gzip) {
      return plain;
    }
    ByteArrayOutputStream buffer = new ByteArrayOutputStream(plain.length / 4 + 64);
    try (GZIPOutputStream out = new GZIPOutputStream(buffer)) {
      out.write(plain);
    }
    return buffer.toByteArray();
  }

  private static byte[] cut(byte[] whole) {
    return Arrays.copyOf(whole, (int) (whole.length * CUT_AT));
  }
}
