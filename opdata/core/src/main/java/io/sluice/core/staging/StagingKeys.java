package io.sluice.core.staging;

import io.sluice.core.ids.Tokens;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;

/**
 * Makes the keys of staging: {@code raw/<feed>/<yyyyMMdd>/<HH>/<token>} and {@code
 * chunk/<feed>/<yyyyMMdd>/<HH>/<token>-<chunk>}.
 *
 * <p>Day and hour are those of the token in UTC, so that a cleaner that knows a feed and a period
 * lists only that.
 */
public final class StagingKeys {

  /** Prefix of the files as they were fetched. */
  public static final String RAW = "raw/";

  /** Prefix of the encoded chunks. */
  public static final String CHUNK = "chunk/";

  private static final DateTimeFormatter DAY_HOUR =
      DateTimeFormatter.ofPattern("yyyyMMdd/HH").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter HOUR =
      DateTimeFormatter.ofPattern("yyyyMMddHHmm").withZone(ZoneOffset.UTC);
  private static final Pattern SAFE =
      Pattern.compile("[A-Za-z0-9_=-][A-Za-z0-9_.=-]*(/[A-Za-z0-9_=-][A-Za-z0-9_.=-]*)*");

  private StagingKeys() {}

  /** Key of a pack of raw files. */
  public static String raw(String feed, long token) {
    return hour(RAW, feed, Tokens.hour(token)) + token;
  }

  /** Key of one chunk of one handling of a batch. */
  public static String chunk(String feed, long token, int chunk) {
    return hour(CHUNK, feed, Tokens.hour(token)) + token + "-" + chunk;
  }

  /** Prefix of a feed's objects of one hour, ending at a {@code /}. */
  public static String hour(String kind, String feed, Instant time) {
    return kind + feed + "/" + DAY_HOUR.format(time) + "/";
  }

  /**
   * The token that a key of a pack or chunk was made of.
   *
   * @throws IllegalArgumentException when it is neither
   */
  public static long token(String key) {
    String name = key.substring(key.lastIndexOf('/') + 1);
    int dash = name.indexOf('-', 1);
    try {
      return Long.parseLong(dash < 0 ? name : name.substring(0, dash));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not the key of a pack or chunk: " + key, e);
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
      return HOUR.parse(parts[2] + parts[3] + "00", Instant::from);
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
