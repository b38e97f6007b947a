package io.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * A PostgreSQL with pg_partman of Debian's packages: of the system, or of another Debian in a
 * folder, where everything runs by chroot.
 *
 * @param root {@code /}, or the folder
 * @param postgresql major version
 */
record DebianPackages(Path root, int postgresql) {

  private static final Path SYSTEM = Path.of("/");

  /** Of Debian 12. */
  static DebianPackages ofSystem() {
    return new DebianPackages(SYSTEM, 15);
  }

  /** Of Debian forky, as bin/partman-bench makes it. */
  static DebianPackages in(Path folder) {
    return new DebianPackages(folder, 18);
  }

  /** The version of pg_partman; empty if it or the server is missing. */
  Optional<String> partman() throws IOException {
    Path control = Path.of("usr/share/postgresql/%d/extension".formatted(postgresql));
    Path file = root.resolve(control).resolve("pg_partman.control");
    if (!Files.exists(file) || !Files.isExecutable(root.resolve("." + programs() + "/initdb"))) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (var reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    return Optional.of(properties.getProperty("default_version").replace("'", ""));
  }

  /** As seen by what runs there. */
  Path programs() {
    return Path.of("/usr/lib/postgresql/%d/bin".formatted(postgresql));
  }

  /** Where it may write. */
  Path temporary() {
    return root.equals(SYSTEM)
        ? Path.of(System.getProperty("java.io.tmpdir"))
        : root.resolve("tmp");
  }

  /** A path of the system as what runs there sees it. */
  Path inside(Path path) {
    return root.equals(SYSTEM) ? path : SYSTEM.resolve(root.relativize(path));
  }

  List<String> command(List<String> inside) {
    List<String> command = new ArrayList<>();
    if (!root.equals(SYSTEM)) {
      command.addAll(List.of("chroot", root.toString()));
    }
    command.addAll(inside);
    return command;
  }
}
