package io.sluice.standalone;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What standalone may be told by environment variables: how it works ({@code SLUICE_…}, {@code
 * LOGGING_LEVEL_…}), never where. Its places are its own, because a shell that once talked to
 * another deployment still carries that one's variables.
 *
 * @param settings variables that are obeyed
 * @param ignored names of variables of a place, in their order
 */
record Tuning(Map<String, Object> settings, List<String> ignored) {

  /** Of a deployment that nobody tunes. */
  static final Tuning NONE = new Tuning(Map.of(), List.of());

  /** Properties that say where something is, who logs in there, or who one is. */
  static final List<String> PLACES =
      List.of(
          "sluice.instance",
          "sluice.feeds",
          "sluice.database.url",
          "sluice.database.user",
          "sluice.database.password",
          "sluice.broker.addresses",
          "sluice.broker.user",
          "sluice.broker.password",
          "sluice.broker.virtual-host",
          "sluice.broker.tls",
          "sluice.staging.location",
          "sluice.staging.s3",
          "sluice.getter.file-ready-token-file",
          "sluice.getter.temp",
          "sluice.handler.temp",
          "sluice.pgtask.tasks");

  private static final Pattern TUNES = Pattern.compile("SLUICE_.+|LOGGING_LEVEL_.+");

  /** Of a list (ADDRESSES_0) or of a group (S3_REGION) only the beginning is the name. */
  private static final Pattern PLACE =
      Pattern.compile(
          PLACES.stream().map(Tuning::letters).collect(Collectors.joining("|", "(", ")"))
              + "([0-9]*|(?<=S3).*)");

  static Tuning of(Map<String, String> environment) {
    Map<String, Object> settings = new TreeMap<>(environment);
    settings.keySet().removeIf(name -> !TUNES.matcher(name).matches());
    List<String> places = settings.keySet().stream().filter(Tuning::isPlace).toList();
    places.forEach(settings::remove);
    return new Tuning(settings, places);
  }

  /**
   * Whether a setting is one of {@link #PLACES}, or part of one.
   *
   * @param name of a property or a variable
   */
  static boolean isPlace(String name) {
    return PLACE.matcher(letters(name)).matches();
  }

  /** As Spring Boot compares: {@code feeds-reload} is FEEDSRELOAD and FEEDS_RELOAD. */
  private static String letters(String name) {
    return name.replaceAll("[^A-Za-z0-9]", "").toUpperCase(Locale.ROOT);
  }
}
