package io.sluice.core.staging;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.regex.Pattern;

/**
 * Makes the keys of staging: {@code raw/<feed>/<yyyyMMdd>/<HH>/<file>} and {@code
 * chunk/<feed>/<yyyyMMdd>/<HH>/<file>-<handling>-<chunk>}.
 *
 * <p>Day and hour are of the file's discovery in UTC, so that a cleaner that knows a feed and a
 * period lists only that.
 */
public final class StagingKeys {

  /** Prefix of the files as they were fetched. */
  public static final String RAW = "raw/";

  /** Prefix of the encoded chunks. */
  public static final String CHUNK = "chunk/";

  private static final DateTimeFormatter DAY_HOUR =
      DateTimeFormatter.ofPattern("yyyyMMdd/HH").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter HOUR =
      new DateTimeFormatterBuilder()
          .appendPattern("yyyyMMddHH")
          .parseDefaulting(ChronoField.MINUTE_OF_HOUR, 0)
          .toFormatter()
          .withZone(ZoneOffset.UTC);
  private static final Pattern SAFE =
      Pattern.compile("[A-Za-z0-9_=-][A-Za-z0-9_.=-]*(/[A-Za-z0-9_=-][A-Za-z0-9_.=-]*)*");

  private StagingKeys() {}

  /** Key of a file's bytes. */
  public static String raw(String feed, Instant foundAt, long fileId) {
    return hour(RAW, feed, foundAt) + fileId;
  }

  /** Key of one chunk of one handling of a file. */
  public static String chunk(String feed, Instant foundAt, long fileId, int handling, int chunk) {
    return hour(CHUNK, feed, foundAt) + fileId + "-" + handling + "-" + chunk;
  }

  /** Prefix of a feed's objects of one hour, ending at a {@code /}. */
  public static String hour(String kind, String feed, Instant foundAt) {
    return kind + feed + "/" + DAY_HOUR.format(foundAt) + "/";
  }

  /**
   * The file id that a key of a raw object, its identity or a chunk belongs to.
   *
   * @throws IllegalArgumentException when it is neither
   */
  public static long fileId(String key) {
    String file = key.substring(key.lastIndexOf('/') + 1);
    String name = RawIdentity.isIdentity(file) ? file.substring(0, file.indexOf('.')) : file;
    int dash = name.indexOf('-', 1);
    try {
      return Long.parseLong(dash < 0 ? name : name.substring(0, dash));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not the key of a file or chunk: " + key, e);
    }
  }

  /**
   * The handling a chunk's key belongs to.
   *
   * @throws IllegalArgumentException when it is no chunk's
   */
  public static int handling(String key) {
    String[] parts = key.substring(key.lastIndexOf('/') + 1).split("-", -1);
    try {
      return Integer.parseInt(parts[1]);
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new IllegalArgumentException("not the key of a chunk: " + key, e);
    }
  }

  /**
   * The hour a raw or chunk prefix stands for: of {@code raw/nr-pm/20261120/09/}, 09:00 UTC.
   *
   * @throws IllegalArgumentException when it is no hour
   */
  public static Instant hourOf(String prefix) {
    String[] parts = prefix.split("/", -1);
    if (parts.length != 5 || !parts[4].isEmpty()) {
      throw new IllegalArgumentException("not an hour of staging: " + prefix);
    }
    try {
      return HOUR.parse(parts[2] + parts[3], Instant::from);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("not an hour of staging: " + prefix, e);
    }
  }

  /** Returns the key if no store could take it for something outside, else fails. */
  static String checked(String key) {
    if (!SAFE.matcher(key).matches()) {
      throw new IllegalArgumentException(
          "unsafe staging key '" + key + "': only letters, digits, . _ = - between slashes");
    }
    return key;
  }

  /** The same for a prefix, which is empty or ends at a {@code /}. */
  static String checkedPrefix(String prefix) {
    if (!prefix.isEmpty() && !prefix.endsWith("/")) {
      throw new IllegalArgumentException("staging prefix must end at a /: " + prefix);
    }
    if (!prefix.isEmpty()) {
      checked(prefix.substring(0, prefix.length() - 1));
    }
    return prefix;
  }
}
