package io.sluice.handler.work;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How the handler works.
 *
 * @param temp directory for rows that do not fit in memory
 * @param chunkBytes size at which a chunk is staged
 * @param blockBytes memory of one file's rows, in which duplicates collapse, before they go to disk
 * @param missingRetry pause before a staged object that is not there is looked for again
 * @param missingRetries how often it is looked for before the file is fetched again
 */
public record HandleSettings(
    Path temp, long chunkBytes, long blockBytes, Duration missingRetry, int missingRetries) {

  public static HandleSettings defaults(Path temp) {
    return new HandleSettings(temp, 8L << 20, 64L << 20, Duration.ofMillis(500), 3);
  }
}
