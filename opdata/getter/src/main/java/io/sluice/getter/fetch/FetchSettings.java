package io.sluice.getter.fetch;

import io.sluice.core.work.StageProtocol;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How fetching behaves.
 *
 * @param tempDirectory where archives are unpacked
 * @param hostPause how long the files of a host that is away wait
 * @param batchTime after which a batch goes on with what it has; what is left of it waits
 * @param attempts when a file that fails for its own sake is tried again, and when it is dead
 */
public record FetchSettings(
    Path tempDirectory, Duration hostPause, Duration batchTime, StageProtocol.Settings attempts) {

  /** Half a minute for both pauses, and the protocol's own settings. */
  public static FetchSettings in(Path tempDirectory) {
    return new FetchSettings(
        tempDirectory,
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        StageProtocol.Settings.DEFAULTS);
  }
}
