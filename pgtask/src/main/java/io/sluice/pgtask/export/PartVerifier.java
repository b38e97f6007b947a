package io.sluice.pgtask.export;

import io.sluice.pgtask.export.Manifest.Part;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads one part and proves that it is the one that was written: every byte of the file goes into
 * the checksum, also what gzip leaves unread at its end.
 */
final class PartVerifier implements AutoCloseable {

  private static final int BUFFER = 1 << 16;

  private final Part part;
  private final String folder;
  private final DigestInputStream digested;
  private GZIPInputStream rows;
  private boolean verified;

  /**
   * @param folder for messages
   */
  PartVerifier(Part part, String folder, InputStream in) {
    this.part = part;
    this.folder = folder;
    this.digested = new DigestInputStream(in, Sha256.digest());
  }

  /**
   * Reads rows, unzipped.
   *
   * @return how many bytes, or -1 at the end
   * @throws ExportException if the file is not what was written
   */
  int read(byte[] buffer) throws IOException {
    try {
      if (rows == null) {
        rows = new GZIPInputStream(digested, BUFFER);
      }
      return rows.read(buffer);
    } catch (ZipException | EOFException e) {
      verify();
      throw new ExportException(name() + " is not a complete gzip file: " + e.getMessage(), e);
    }
  }

  /**
   * Reads what is left and compares the checksum.
   *
   * @throws ExportException if it differs
   */
  void verify() throws IOException {
    if (verified) {
      return;
    }
    digested.transferTo(OutputStream.nullOutputStream());
    String found = Sha256.hex(digested.getMessageDigest().digest());
    if (!found.equals(part.sha256())) {
      throw new ExportException(
          "%s was damaged or replaced: its SHA-256 is %s, the manifest says %s"
              .formatted(name(), found, part.sha256()));
    }
    verified = true;
  }

  private String name() {
    return folder + part.file();
  }

  @Override
  public void close() throws IOException {
    digested.close();
  }
}
