package io.sluice.getter.fetch;

import io.sluice.core.staging.PackWriter;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Checksum;
import io.sluice.core.work.RawPlace;
import io.sluice.getter.archive.ArchiveKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/** Copies files into a pack and learns on the way what they are. For one thread. */
final class PackCopy {

  private static final int BUFFER = 128 * 1024;

  private final PackWriter pack;
  private final long token;
  private final Path tempDirectory;
  private final byte[] buffer = new byte[BUFFER];

  /** Bytes of one file in the pack, and where an archive was spooled to be expanded. */
  record Copy(Staged staged, Optional<Path> spool) implements AutoCloseable {

    /** Removes the spool. */
    @Override
    public void close() throws IOException {
      if (spool.isPresent()) {
        Files.deleteIfExists(spool.get());
      }
    }
  }

  PackCopy(PackWriter pack, long token, Path tempDirectory) {
    this.pack = pack;
    this.token = token;
    this.tempDirectory = tempDirectory;
  }

  /**
   * Copies a stream to its end.
   *
   * @param most bytes it may have; one more ends the copy, and the size then tells
   */
  Copy copy(BatchFile file, InputStream in, long most) throws IOException {
    int head = fill(in);
    ArchiveKind kind = ArchiveKind.of(Arrays.copyOf(buffer, Math.min(head, ArchiveKind.HEAD)));
    if (kind == ArchiveKind.NONE) {
      OutputStream nowhere = OutputStream.nullOutputStream();
      return new Copy(copy(file, kind, head, in, most, nowhere), Optional.empty());
    }
    Path spool = Files.createTempFile(tempDirectory, "sluice-", ".archive");
    try (OutputStream beside = Files.newOutputStream(spool)) {
      return new Copy(copy(file, kind, head, in, most, beside), Optional.of(spool));
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(spool);
      throw e;
    }
  }

  /** A member of an archive: what it is was judged already. */
  Staged copyMember(BatchFile member, InputStream in) throws IOException {
    OutputStream nowhere = OutputStream.nullOutputStream();
    return copy(member, ArchiveKind.NONE, fill(in), in, Long.MAX_VALUE, nowhere);
  }

  /** As much as the kind is judged by, which is all of most files. */
  private int fill(InputStream in) throws IOException {
    return in.readNBytes(buffer, 0, ArchiveKind.HEAD);
  }

  private Staged copy(
      BatchFile file, ArchiveKind kind, int head, InputStream in, long most, OutputStream beside)
      throws IOException {
    RawPlace place = new RawPlace(token, pack.position());
    MessageDigest sha = Checksum.digest();
    long size = 0;
    for (int count = head; count >= 0 && size <= most; count = in.read(buffer)) {
      sha.update(buffer, 0, count);
      pack.write(buffer, 0, count);
      beside.write(buffer, 0, count);
      size += count;
    }
    return new Staged(file, place, size, Checksum.of(sha.digest()), kind);
  }
}
