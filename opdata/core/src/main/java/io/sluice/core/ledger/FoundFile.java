package io.sluice.core.ledger;

import java.time.Instant;
import java.util.Comparator;

/**
 * A file as its source lists it.
 *
 * @param host the system that holds it, {@code localhost} for directories
 * @param path absolute on the host; a member of an archive is {@code archive!/member}
 * @param size in bytes
 * @param mtime to the microsecond
 * @param period end of its measurement period as its name tells, or null
 */
public record FoundFile(String host, String path, long size, Instant mtime, Instant period) {

  /** By period and path, however a source happens to list them: their numbers rise so. */
  static final Comparator<FoundFile> ORDER =
      Comparator.comparing((FoundFile file) -> file.period == null ? file.mtime : file.period)
          .thenComparing(FoundFile::path)
          .thenComparing(FoundFile::host);
}
