package io.sluice.getter.fetch;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How fetching behaves.
 *
 * @param tempDirectory where archives are unpacked
 * @param lease how long a worker that shows no life keeps a file
 * @param attempts after which a file is dead
 * @param hostPause how long the files of a host that is away wait
 * @param retryPause before the second attempt; it doubles
 */
public record FetchSettings(
    Path tempDirectory, Duration lease, int attempts, Duration hostPause, Duration retryPause) {

  /** Five minutes of lease, five attempts, half a minute and ten seconds of pause. */
  public static FetchSettings in(Path tempDirectory) {
    return new FetchSettings(
        tempDirectory, Duration.ofMinutes(5), 5, Duration.ofSeconds(30), Duration.ofSeconds(10));
  }
}
