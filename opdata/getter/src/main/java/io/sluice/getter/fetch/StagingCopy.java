package io.sluice.getter.fetch;

import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingWriter;
import io.sluice.getter.archive.ArchiveKind;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;

/** Copies a stream into staging and learns on the way what it is. */
final class StagingCopy {

  private static final int BUFFER = 128 * 1024;

  /** May stop a copy while it runs, and has the last word before it becomes visible. */
  interface Guard {
    /** Called after every piece. */
    void copied(long bytesSoFar) throws IOException;

    /** Called at the end. */
    void complete(long bytes) throws IOException;
  }

  private StagingCopy() {}

  static Staged copy(InputStream in, Staging staging, String key, Guard guard) throws IOException {
    MessageDigest sha = Checksum.digest();
    byte[] head = new byte[ArchiveKind.HEAD];
    int headLength = 0;
    byte[] buffer = new byte[BUFFER];
    try (StagingWriter writer = staging.create(key)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        int toHead = Math.min(count, head.length - headLength);
        System.arraycopy(buffer, 0, head, headLength, toHead);
        headLength += toHead;
        sha.update(buffer, 0, count);
        writer.write(buffer, 0, count);
        guard.copied(writer.size());
      }
      guard.complete(writer.size());
      writer.commit();
      ArchiveKind kind = ArchiveKind.of(Arrays.copyOf(head, headLength));
      return new Staged(key, writer.size(), Checksum.of(sha.digest()), kind);
    }
  }
}
