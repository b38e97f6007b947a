package io.sluice.core.staging;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;

/** Opens the store a location names. */
public final class Stagings {

  private Stagings() {}

  /**
   * Opens a directory, making it if need be, or a bucket, which must exist.
   *
   * @throws IOException when it cannot be reached
   * @throws IllegalArgumentException when the location is neither
   */
  public static Staging open(StagingSettings settings) throws IOException {
    return open(settings, Clock.systemUTC());
  }

  /** As {@link #open(StagingSettings)}, with the clock that decides when to measure again. */
  public static Staging open(StagingSettings settings, Clock clock) throws IOException {
    URI location = settings.location();
    String scheme = location.getScheme() == null ? "file" : location.getScheme();
    return switch (scheme) {
      case "file" ->
          new DirectoryStaging(
              Path.of(location.getPath()), settings.limitBytes(), settings.minFreeBytes(), clock);
      case "s3" -> S3Staging.open(settings, clock);
      default ->
          throw new IllegalArgumentException(
              "staging.location %s is neither a directory (/path or file:///path) nor a bucket"
                      .formatted(location)
                  + " (s3://bucket/prefix)");
    };
  }
}
