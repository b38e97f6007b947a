package io.sluice.testkit;

import io.sluice.embedded.EmbeddedException;
import io.sluice.embedded.EmbeddedPostgres;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The major versions of PostgreSQL that Sluice supports, and where the build put them. */
final class PostgresVersions {
  static final String PROPERTY = "sluice.test.postgres";

  /** The one on the class path. */
  static final int DEFAULT = 17;

  static final List<Integer> ALL = List.of(14, 15, 16, 17, 18);

  private static final Logger log = LoggerFactory.getLogger(PostgresVersions.class);

  private PostgresVersions() {}

  static List<Integer> underTest() {
    List<Integer> wanted = parse(System.getProperty(PROPERTY, ""));
    if (othersExist() || wanted.equals(List.of(DEFAULT))) {
      return wanted;
    }
    log.warn(
        "PostgreSQL {} instead of {}: the other versions are set up for Linux on x86-64 only",
        DEFAULT,
        wanted);
    return List.of(DEFAULT);
  }

  static List<Integer> parse(String wanted) {
    return switch (wanted.strip()) {
      case "" -> List.of(DEFAULT);
      case "all" -> ALL;
      default ->
          Arrays.stream(wanted.split(",", -1))
              .map(name -> version(name.strip()))
              .distinct()
              .sorted()
              .toList();
    };
  }

  private static int version(String name) {
    return ALL.stream()
        .filter(version -> name.equals(version.toString()))
        .findFirst()
        .orElseThrow(
            () ->
                new EmbeddedException(
                    "-D%s: no version \"%s\"; use some of %s separated by commas, or all"
                        .formatted(PROPERTY, name, ALL)));
  }

  static EmbeddedPostgres start(int major) {
    return major == DEFAULT
        ? EmbeddedPostgres.startEphemeral()
        : EmbeddedPostgres.startEphemeral(jar(major, buildDirectory()));
  }

  /** The jar that the testkit's build copied there. */
  static Path jar(int major, Path directory) {
    if (!ALL.contains(major)) {
      throw new EmbeddedException("no PostgreSQL %d for tests; there are %s".formatted(major, ALL));
    }
    if (!othersExist()) {
      throw new EmbeddedException(
          "no PostgreSQL %d for tests on this system; only %d here, the others on Linux on x86-64"
              .formatted(major, DEFAULT));
    }
    Path jar = directory.resolve("postgres-" + major + ".jar");
    if (!Files.exists(jar)) {
      throw new EmbeddedException(
          "no PostgreSQL %d for tests: %s is missing; fetch it: mvn -pl testkit generate-resources"
              .formatted(major, jar));
    }
    return jar;
  }

  /** Has the testkit's classes or its jar, whichever this runs from. */
  private static Path buildDirectory() {
    try {
      return Path.of(
              PostgresVersions.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .getParent();
    } catch (URISyntaxException e) {
      throw new EmbeddedException("the testkit is at no path: " + e.getMessage(), e);
    }
  }

  /** As the profile postgres-versions of the testkit's build decides. */
  private static boolean othersExist() {
    return System.getProperty("os.name").toLowerCase(Locale.ROOT).equals("linux")
        && System.getProperty("os.arch").equals("amd64");
  }
}
