package io.sluice.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where servers for one JVM live: run-{pid}-{random}, so that a dead JVM's can be recognised. */
record EphemeralDirectories(Path root) {

  static EphemeralDirectories forThisUser() throws IOException {
    String user = System.getProperty("user.name").replaceAll("[^A-Za-z0-9_-]", "_");
    Path root = Path.of(System.getProperty("java.io.tmpdir"), "sluice-postgres-" + user);
    Files.createDirectories(root);
    return new EphemeralDirectories(root);
  }

  Path create() throws IOException {
    Path directory = Files.createTempDirectory(root, prefix(ProcessHandle.current().pid()));
    // The server may run as another user than the one that made the directory.
    if (!directory.toFile().setExecutable(true, false)) {
      throw new IOException("cannot make " + directory + " accessible");
    }
    return directory;
  }

  /** Stops and deletes what JVMs that were killed left behind. */
  void removeLeftovers() throws IOException {
    List<Path> leftovers;
    try (Stream<Path> entries = Files.list(root)) {
      leftovers = entries.filter(EphemeralDirectories::isLeftover).toList();
    }
    for (Path leftover : leftovers) {
      PostmasterFile.in(leftover.resolve("data")).server().ifPresent(PostmasterFile::kill);
      delete(leftover);
    }
  }

  private static String prefix(long pid) {
    return "run-" + pid + "-";
  }

  private static boolean isLeftover(Path directory) {
    String[] parts = directory.getFileName().toString().split("-", -1);
    return parts.length == 3
        && parts[0].equals("run")
        && parts[1].matches("\\d{1,18}")
        && ProcessHandle.of(Long.parseLong(parts[1])).isEmpty();
  }

  static void delete(Path directory) {
    try {
      Directories.delete(directory);
    } catch (IOException | UncheckedIOException e) {
      throw new EmbeddedException("cannot delete " + directory + ": " + e.getMessage(), e);
    }
  }
}
