package io.sluice.embedded;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Where the packed PostgreSQL programs of this machine's kind come from. */
@FunctionalInterface
interface PostgresArchive {
  /** A tar archive compressed with xz; the caller closes it. */
  InputStream open() throws IOException;

  /** The one version on the class path. */
  static PostgresArchive ofClassPath() {
    String name = name();
    return () -> {
      InputStream in = PostgresArchive.class.getResourceAsStream("/" + name);
      if (in == null) {
        throw new FileNotFoundException("not on the class path: " + name);
      }
      return in;
    };
  }

  /** Another version: all versions call their archive the same, so each needs its own jar. */
  static PostgresArchive ofJar(Path jar) {
    String name = name();
    return () -> entry(jar, name);
  }

  private static InputStream entry(Path jar, String name) throws IOException {
    ZipInputStream in;
    try {
      in = new ZipInputStream(Files.newInputStream(jar));
    } catch (NoSuchFileException e) {
      throw new IOException(jar + " does not exist", e);
    }
    for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
      if (entry.getName().equals(name)) {
        return in; // ends where the entry ends
      }
    }
    in.close();
    throw new IOException(
        "%s has no PostgreSQL for this machine: no entry %s".formatted(jar, name));
  }

  /** What zonky's artifacts call the archive of each system. */
  private static String name() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    boolean arm = arch.equals("aarch64") || arch.equals("arm64");
    boolean intel = arch.equals("amd64") || arch.equals("x86_64");
    if (os.startsWith("linux") && (arm || intel)) {
      return arm ? "postgres-linux-arm_64.txz" : "postgres-linux-x86_64.txz";
    }
    if (os.startsWith("mac") && (arm || intel)) {
      return arm ? "postgres-darwin-arm_64.txz" : "postgres-darwin-x86_64.txz";
    }
    throw new EmbeddedException(
        "no embedded PostgreSQL for %s on %s; it exists for Linux and macOS on x86-64 and ARM 64. "
                .formatted(os, arch)
            + "Run the services against a PostgreSQL server of your own instead");
  }
}
