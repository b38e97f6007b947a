package io.sluice.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** The PostgreSQL programs of this machine's kind, unpacked from the class path once. */
final class PostgresBinaries {
  private PostgresBinaries() {}

  /**
   * Unpacks below {@code parent}, or finds what an earlier run unpacked there.
   *
   * @return the directory that holds bin, lib and share
   */
  static Path unpackBelow(Path parent) throws IOException {
    String resource = resource();
    Path home = parent.resolve("postgres-" + checksum(resource));
    Files.createDirectories(parent);
    Path lockFile = parent.resolve("unpack.lock");
    // Within one JVM a second lock on the same file is an error, so threads queue here first.
    synchronized (PostgresBinaries.class) {
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (lock.isValid() && !Files.exists(home.resolve("complete"))) {
          unpack(resource, home);
          Files.createFile(home.resolve("complete"));
        }
      }
    }
    return home;
  }

  /** What zonky's artifacts call the archive of each system. */
  private static String resource() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    boolean arm = arch.equals("aarch64") || arch.equals("arm64");
    boolean intel = arch.equals("amd64") || arch.equals("x86_64");
    if (os.startsWith("linux") && (arm || intel)) {
      return arm ? "/postgres-linux-arm_64.txz" : "/postgres-linux-x86_64.txz";
    }
    if (os.startsWith("mac") && (arm || intel)) {
      return arm ? "/postgres-darwin-arm_64.txz" : "/postgres-darwin-x86_64.txz";
    }
    throw new EmbeddedException(
        "no embedded PostgreSQL for %s on %s; it exists for Linux and macOS on x86-64 and ARM 64. "
                .formatted(os, arch)
            + "Run the services against a PostgreSQL server of your own instead");
  }

  private static String checksum(String resource) throws IOException {
    CRC32 crc = new CRC32();
    try (InputStream in = open(resource)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        crc.update(buffer, 0, n);
      }
    }
    return Long.toHexString(crc.getValue());
  }

  private static void unpack(String resource, Path home) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            new XZCompressorInputStream(new BufferedInputStream(open(resource), 1 << 16)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        unpackEntry(tar, entry, home);
      }
    }
  }

  private static void unpackEntry(TarArchiveInputStream tar, TarArchiveEntry entry, Path home)
      throws IOException {
    Path target = home.resolve(entry.getName()).normalize();
    if (!target.startsWith(home)) {
      throw new IOException("unsafe name in the PostgreSQL archive: " + entry.getName());
    }
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      return;
    }
    Files.createDirectories(target.getParent());
    Files.deleteIfExists(target);
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(tar, target);
    if ((entry.getMode() & 0100) != 0 && !target.toFile().setExecutable(true, false)) {
      throw new IOException("cannot make " + target + " executable");
    }
  }

  private static InputStream open(String resource) throws IOException {
    InputStream in = PostgresBinaries.class.getResourceAsStream(resource);
    if (in == null) {
      throw new IOException("not on the class path: " + resource);
    }
    return in;
  }
}
