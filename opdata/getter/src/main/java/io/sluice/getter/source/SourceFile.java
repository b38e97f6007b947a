package io.sluice.getter.source;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A file as a source shows it.
 *
 * @param path absolute; bytes of the name that are not UTF-8 as in {@link NameCodec}
 * @param size in bytes
 * @param modified by the source's clock, to the microsecond or as exact as the source knows it
 */
public record SourceFile(String path, long size, Instant modified) {

  public SourceFile {
    modified = modified.truncatedTo(ChronoUnit.MICROS); // as exact as the ledger
  }

  /** Whether size and time are the same, so that the content is taken to be. */
  public boolean unchanged(SourceFile now) {
    return size == now.size && modified.equals(now.modified);
  }

  /** The last name of the path. */
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
