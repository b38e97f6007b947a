package io.sluice.pgtask.export;

import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingWriter;
import io.sluice.pgtask.export.Manifest.Part;
import java.io.IOException;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * Writes rows to gzip files, a new one when the last has grown long enough; memory stays the same
 * whatever the number of rows. Each file appears whole or not at all.
 */
final class PartsWriter implements AutoCloseable {

  private static final int BUFFER = 1 << 16;

  private final Staging place;
  private final String base;
  private final long partBytes;
  private final List<Part> parts = new ArrayList<>();
  private StagingWriter file;
  private DigestOutputStream digested;
  private GZIPOutputStream zipped;
  private long rowBytes;

  /**
   * @param partBytes zipped length at which a new file is begun
   */
  PartsWriter(Staging place, String base, long partBytes) {
    this.place = place;
    this.base = base;
    this.partBytes = partBytes;
  }

  void row(byte[] row) throws IOException {
    if (file != null && file.size() >= partBytes) {
      finishPart();
    }
    if (file == null) {
      begin();
    }
    zipped.write(row);
    rowBytes += row.length;
  }

  private void begin() throws IOException {
    file = place.create(ExportKeys.part(base, parts.size() + 1));
    digested = new DigestOutputStream(file, Sha256.digest());
    zipped = new GZIPOutputStream(digested, BUFFER);
  }

  private void finishPart() throws IOException {
    zipped.finish();
    file.commitDurably();
    String name = ExportKeys.fileName(ExportKeys.part(base, parts.size() + 1));
    parts.add(new Part(name, file.size(), Sha256.hex(digested.getMessageDigest().digest())));
    file = null;
  }

  /** Ends the last file; a table without rows has one too. */
  List<Part> finish() throws IOException {
    if (file == null && parts.isEmpty()) {
      begin();
    }
    if (file != null) {
      finishPart();
    }
    return List.copyOf(parts);
  }

  /** Unzipped. */
  long rowBytes() {
    return rowBytes;
  }

  /** The file at hand disappears unless it was finished. */
  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
