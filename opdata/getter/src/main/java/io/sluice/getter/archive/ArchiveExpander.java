package io.sluice.getter.archive;

import io.sluice.core.fate.FateException;
import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.FeedSource.ArchiveLimits;
import io.sluice.core.gzip.GzipMembers;
import io.sluice.getter.source.Names;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Passes on the files in an archive, those in archives within it included.
 *
 * <p>It is all or nothing: an archive that is corrupt, encrypted in any part or beyond a limit is
 * rejected whole, with the member where that showed. Nothing is ever written under a name from the
 * archive.
 */
public final class ArchiveExpander {

  /** Read record by record, so that nothing behind the end is skipped as a part of its block. */
  private static final int TAR_RECORD = 512;

  private final Path archive;
  private final Path tempDirectory;
  private final MemberSink sink;
  private final ArchiveBudget budget;
  private final MemberNames names = new MemberNames();

  private ArchiveExpander(Path archive, Path tempDirectory, ArchiveLimits limits, MemberSink sink)
      throws IOException {
    this.archive = archive;
    this.tempDirectory = tempDirectory;
    this.sink = sink;
    this.budget = new ArchiveBudget(limits, Files.size(archive));
  }

  /**
   * Expands an archive.
   *
   * @param tempDirectory for archives within it, which are removed again
   * @throws RejectFile when it cannot be expanded, saying why and where
   * @throws IOException when the sink or the temporary directory fails
   */
  public static void expand(Path archive, Path tempDirectory, ArchiveLimits limits, MemberSink sink)
      throws IOException {
    new ArchiveExpander(archive, tempDirectory, limits, sink).file(archive, "", 1);
  }

  private void file(Path file, String prefix, int depth) throws IOException {
    budget.enter(depth, nested(prefix));
    switch (ArchiveKind.of(head(file))) {
      case ZIP -> zip(file, prefix, depth);
      case TAR -> {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
          tar(in, prefix, depth);
        }
      }
      case GZIP -> gzip(file, prefix, depth);
      case UNSUPPORTED -> throw unsupported(nested(prefix));
      case NONE -> throw new IllegalArgumentException(archive + " is not an archive");
    }
  }

  private void zip(Path file, String prefix, int depth) throws IOException {
    try (ZipFile zip = openZip(file, prefix)) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntriesInPhysicalOrder())) {
        if (!entry.isUnixSymlink() && !entry.isDirectory()) {
          zipMember(zip, entry, prefix, depth);
        }
      }
    }
  }

  private static ZipFile openZip(Path file, String prefix) {
    try {
      return ZipFile.builder().setPath(file).get();
    } catch (IOException | RuntimeException e) {
      throw MemberStream.corrupt(nested(prefix), e);
    }
  }

  private void zipMember(ZipFile zip, ZipArchiveEntry entry, String prefix, int depth)
      throws IOException {
    Optional<String> path = path(prefix, entry.getName());
    if (path.isEmpty()) {
      return;
    }
    if (entry.getGeneralPurposeBit().usesEncryption()) {
      throw new RejectFile(
          "archive_encrypted",
          "member " + path.get(),
          "the archive is encrypted; have it delivered without a password");
    }
    if (!zip.canReadEntryData(entry)) {
      throw unsupported(path.get());
    }
    try (InputStream in = open(zip, entry, path.get())) {
      member(
          MemberStream.withCrc(in, path.get(), counter(path.get()), entry.getCrc()),
          path.get(),
          depth);
    }
  }

  private static InputStream open(ZipFile zip, ZipArchiveEntry entry, String path) {
    try {
      return zip.getInputStream(entry);
    } catch (IOException | RuntimeException e) {
      throw MemberStream.corrupt(path, e);
    }
  }

  private void tar(InputStream in, String prefix, int depth) throws IOException {
    try (TarArchiveInputStream tar = new TarArchiveInputStream(in, TAR_RECORD, "UTF-8")) {
      for (TarArchiveEntry entry = next(tar, prefix); entry != null; entry = next(tar, prefix)) {
        if (!isSpecial(entry) && !entry.isDirectory()) {
          tarMember(tar, entry, prefix, depth);
        }
      }
      readPadding(in, prefix);
    }
  }

  /** After a tar's end come zeros; another tar behind it would be dropped in silence. */
  private static void readPadding(InputStream in, String prefix) {
    byte[] buffer = new byte[8 * 1024];
    try {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        for (int i = 0; i < count; i++) {
          if (buffer[i] != 0) {
            throw new IOException("there is more data after the end of the tar archive");
          }
        }
      }
    } catch (IOException e) {
      throw MemberStream.corrupt(nested(prefix), e);
    }
  }

  private static boolean isSpecial(TarArchiveEntry entry) {
    return entry.isLink()
        || entry.isSymbolicLink()
        || entry.isFIFO()
        || entry.isCharacterDevice()
        || entry.isBlockDevice();
  }

  private static TarArchiveEntry next(TarArchiveInputStream tar, String prefix) {
    try {
      return tar.getNextEntry();
    } catch (FateException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw MemberStream.corrupt(nested(prefix), e);
    }
  }

  private void tarMember(TarArchiveInputStream tar, TarArchiveEntry entry, String prefix, int depth)
      throws IOException {
    Optional<String> path = path(prefix, entry.getName());
    if (path.isEmpty()) {
      return;
    }
    if (!tar.canReadEntryData(entry)) {
      throw unsupported(path.get());
    }
    member(MemberStream.of(tar, path.get(), counter(path.get())), path.get(), depth);
  }

  /** A gz file around a tar is one archive; around anything else, an archive with one member. */
  private void gzip(Path file, String prefix, int depth) throws IOException {
    try (InputStream raw = Files.newInputStream(file)) {
      InputStream in = new BufferedInputStream(layer(raw, nested(prefix)), ArchiveKind.HEAD);
      if (ArchiveKind.of(peek(in)) == ArchiveKind.TAR) {
        tar(in, prefix, depth);
        return;
      }
      String inner = prefix + "content";
      budget.member(inner);
      member(MemberStream.of(in, inner, counter(inner)), inner, depth);
    }
  }

  private InputStream layer(InputStream raw, String path) {
    long[] total = new long[1];
    return MemberStream.of(
        new GzipMembers(raw), path, count -> budget.check(total[0] += count, path));
  }

  /**
   * A member that is an archive itself is spooled and expanded, all others are passed on: also what
   * no one can read, so that it is rejected alone.
   */
  private void member(InputStream in, String path, int depth) throws IOException {
    InputStream peekable = new BufferedInputStream(in, ArchiveKind.HEAD);
    ArchiveKind kind = ArchiveKind.of(peek(peekable));
    if (kind == ArchiveKind.NONE || kind == ArchiveKind.UNSUPPORTED) {
      sink.member(path, peekable);
      return;
    }
    Path spool = Files.createTempFile(tempDirectory, "sluice-", ".archive");
    try {
      Files.copy(peekable, spool, StandardCopyOption.REPLACE_EXISTING);
      file(spool, path + "!/", depth + 1);
    } finally {
      Files.deleteIfExists(spool);
    }
  }

  /** The path of a member; counts it, and counts and reports what is not taken. */
  private Optional<String> path(String prefix, String name) {
    budget.member(prefix + Names.printable(name));
    Optional<String> path = names.path(prefix, name);
    if (path.isEmpty()) {
      sink.unsafe(prefix + Names.printable(name));
    }
    return path;
  }

  private LongConsumer counter(String path) {
    return count -> budget.unpacked(count, path);
  }

  private static byte[] head(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(ArchiveKind.HEAD);
    }
  }

  private static byte[] peek(InputStream in) throws IOException {
    in.mark(ArchiveKind.HEAD);
    byte[] head = in.readNBytes(ArchiveKind.HEAD);
    in.reset();
    return head;
  }

  private static String nested(String prefix) {
    return prefix.endsWith("!/") ? prefix.substring(0, prefix.length() - 2) : prefix;
  }

  private static RejectFile unsupported(String path) {
    return new RejectFile(
        "archive_unsupported",
        path.isEmpty() ? "" : "member " + path,
        "the file is compressed in an unsupported way; deliver it as gz, zip, tar or tgz");
  }
}
