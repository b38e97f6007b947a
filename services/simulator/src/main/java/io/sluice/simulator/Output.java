package io.sluice.simulator;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where and how files are written.
 *
 * @param gzip whether they are compressed
 * @param byDay whether each lies in a directory named after its day, {@code yyyyMMdd}
 * @param singleLine whether the XML has no line ends
 * @param growFor how long a growing file takes to be complete
 */
public record Output(
    Path directory, boolean gzip, boolean byDay, boolean singleLine, Duration growFor) {

  /** Compressed files straight in {@code directory}. */
  public static Output to(Path directory) {
    return new Output(directory, true, false, false, Duration.ofSeconds(4));
  }
}
