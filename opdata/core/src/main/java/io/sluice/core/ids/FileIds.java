package io.sluice.core.ids;

import io.sluice.core.sql.Sql;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.UUID;

/**
 * File ids embed the UTC day of the source's mtime, so that the ledger finds the partition by the
 * id alone: {@code (days since 2000-01-01) << 40 | sequence}. The same in SQL is {@code
 * sluice.day_of(id)}.
 */
public final class FileIds {

  private static final LocalDate EPOCH = LocalDate.of(2000, 1, 1);

  /** Holds what has no day of its own: skipped files, and those that say they are of the future. */
  public static final LocalDate OUTSIDE = EPOCH;

  private static final int SEQUENCE_BITS = 40;

  private FileIds() {}

  public static LocalDate day(Instant mtime) {
    return mtime.atZone(ZoneOffset.UTC).toLocalDate();
  }

  public static long id(LocalDate day, long sequence) {
    return ((day.toEpochDay() - EPOCH.toEpochDay()) << SEQUENCE_BITS) | sequence;
  }

  public static LocalDate dayOf(long fileId) {
    return EPOCH.plusDays(fileId >> SEQUENCE_BITS);
  }

  /** A 128-bit hash of what names a file; a text key would take four times the index. */
  public static UUID pathKey(String feed, String host, String path) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      byte[] hash = sha.digest((feed + '\0' + host + '\0' + path).getBytes(StandardCharsets.UTF_8));
      java.nio.ByteBuffer bits = java.nio.ByteBuffer.wrap(hash);
      return new UUID(bits.getLong(), bits.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The partitions of sluice.file and sluice.reject that hold these files, for {@code any (?)}. */
  public static Sql.Items days(Collection<Long> fileIds) {
    return Sql.array("date", fileIds.stream().map(FileIds::dayOf).distinct().toList(), day -> day);
  }
}
