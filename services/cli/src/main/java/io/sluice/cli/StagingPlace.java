package io.sluice.cli;

import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.Stagings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Opens the staging; a bucket's server by the same variables as the services. */
final class StagingPlace {

  private StagingPlace() {}

  static Staging open(String location, Map<String, String> environment) {
    boolean bucket = location.startsWith("s3:");
    if (!bucket && !Files.isDirectory(directory(location))) {
      throw new UserError(
          Exit.AWAY,
          "staging " + location + " is not a directory",
          "Check --staging, or mount the directory");
    }
    try {
      URI uri = bucket ? URI.create(location) : directory(location).toUri();
      return Stagings.open(
          new StagingSettings(
              uri, StagingSettings.UNLIMITED, StagingSettings.DEFAULT_MIN_FREE, s3(environment)));
    } catch (IOException | IllegalArgumentException e) {
      throw new UserError(
          Exit.AWAY,
          "staging " + location + " cannot be opened: " + e.getMessage(),
          "Check --staging");
    }
  }

  private static Path directory(String location) {
    return location.startsWith("file:") ? Path.of(URI.create(location)) : Path.of(location);
  }

  /** How buckets are reached, by the variables that the services know. */
  static StagingSettings.S3 s3(Map<String, String> environment) {
    String endpoint = environment.get("SLUICE_STAGING_S3_ENDPOINT");
    return new StagingSettings.S3(
        endpoint == null ? null : URI.create(endpoint),
        environment.get("SLUICE_STAGING_S3_REGION"),
        Boolean.parseBoolean(environment.get("SLUICE_STAGING_S3_PATHSTYLE")),
        environment.get("SLUICE_STAGING_S3_ACCESSKEY"),
        environment.get("SLUICE_STAGING_S3_SECRETKEY"));
  }
}
