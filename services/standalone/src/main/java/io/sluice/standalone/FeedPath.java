package io.sluice.standalone;

import java.nio.file.Path;

/** The path of a feed, as YAML, of files in a directory that may be called anything. */
final class FeedPath {
  private FeedPath() {}

  /**
   * A quoted YAML text.
   *
   * @param glob of files below the directory; in the directory's own name nothing is one
   */
  static String below(Path directory, String glob) {
    String literally =
        directory.toAbsolutePath().normalize().toString().replaceAll("[\\\\*?\\[\\]{}]", "\\\\$0");
    return "'" + (literally + "/" + glob).replace("'", "''") + "'";
  }
}
