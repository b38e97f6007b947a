package io.sluice.core.ops;

/** Globs that people write, as patterns for LIKE. */
final class LikePattern {

  private LikePattern() {}

  /** A glob ({@code *} any characters, {@code ?} one); null matches everything. */
  static String of(String glob) {
    if (glob == null) {
      return "%";
    }
    return glob.replace("\\", "\\\\")
        .replace("%", "\\%")
        .replace("_", "\\_")
        .replace('*', '%')
        .replace('?', '_');
  }

  static boolean isGlob(String text) {
    return text.indexOf('*') >= 0 || text.indexOf('?') >= 0;
  }
}
