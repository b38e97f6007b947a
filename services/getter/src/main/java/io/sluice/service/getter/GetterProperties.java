package io.sluice.service.getter;

import io.sluice.getter.dispatch.DispatchSettings;
import io.sluice.getter.fetch.FetchSettings;
import io.sluice.getter.sweep.SweepSettings;
import io.sluice.service.SluiceProperties;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What the getter is told, under {@code sluice.getter.*}.
 *
 * @param fetchConcurrency batches fetched at the same time
 * @param fetchBulkConcurrency bulk batches fetched beside them: replays, first scans, old periods
 * @param settleConcurrency batches settled at the same time
 * @param settleBulkConcurrency bulk batches settled beside them
 * @param scanConcurrency hosts listed at the same time
 * @param scanInterval how often it is looked which scans are due
 * @param hostPause how long the files of a host that is away wait
 * @param batchTime after which a fetch goes on with what it has; what is left of the batch waits
 * @param retryPause before the second attempt at a file; it doubles
 * @param unparkEvery how often parked files are tried again
 * @param fileReadyToken that POST /file-ready asks for; without one it refuses everybody
 * @param fileReadyTokenFile file that holds that token instead
 * @param temp directory where archives are unpacked; the system's unless told
 */
@ConfigurationProperties("sluice.getter")
public record GetterProperties(
    @DefaultValue("8") int fetchConcurrency,
    @DefaultValue("1") int fetchBulkConcurrency,
    @DefaultValue("2") int settleConcurrency,
    @DefaultValue("1") int settleBulkConcurrency,
    @DefaultValue("8") int scanConcurrency,
    @DefaultValue("1s") Duration scanInterval,
    @DefaultValue("30s") Duration hostPause,
    @DefaultValue("30s") Duration batchTime,
    @DefaultValue("10s") Duration retryPause,
    @DefaultValue("5m") Duration unparkEvery,
    String fileReadyToken,
    Path fileReadyTokenFile,
    Path temp,
    @DefaultValue Dispatch dispatch,
    @DefaultValue Sweep sweep) {

  public GetterProperties {
    temp = temp == null ? Path.of(System.getProperty("java.io.tmpdir")) : temp;
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "GetterProperties[temp=%s, sweep=%s]".formatted(temp, sweep);
  }

  /**
   * How work is cut into batches.
   *
   * @param interval how often it is looked for work to cut
   * @param inFlight batches kept at each stage; of bulk work a quarter of it
   * @param behind batches at handler and loader above which nothing more is fetched
   * @param files most files of a batch
   * @param size most bytes of a batch; a larger file goes alone
   * @param age how long a batch that is not full waits for more files
   * @param perHost batches fetched from one host at a time
   */
  public record Dispatch(
      @DefaultValue("100ms") Duration interval,
      @DefaultValue("8") int inFlight,
      @DefaultValue("16") int behind,
      @DefaultValue("200") int files,
      @DefaultValue("8MB") DataSize size,
      @DefaultValue("200ms") Duration age,
      @DefaultValue("2") int perHost) {

    DispatchSettings settings() {
      return new DispatchSettings(inFlight, behind, files, size.toBytes(), age, perHost);
    }
  }

  /**
   * What is cleaned up and published again.
   *
   * @param messages how often lost messages are looked for
   * @param staging how often staging is cleaned
   * @param lostAfter how long after its publication a message may be missed
   * @param republish messages of one queue published again in one sweep, at most
   * @param keepRaw how long raw files stay
   * @param keepRejected how long raw files stay that had rejects
   * @param keepChunks how long chunks stay that are loaded
   * @param fullest share of the staging limit above which the oldest packs go early; below 0.9,
   *     where fetching waits
   */
  public record Sweep(
      @DefaultValue("30s") Duration messages,
      @DefaultValue("10m") Duration staging,
      @DefaultValue("2m") Duration lostAfter,
      @DefaultValue("1000") int republish,
      @DefaultValue("3d") Duration keepRaw,
      @DefaultValue("14d") Duration keepRejected,
      @DefaultValue("1h") Duration keepChunks,
      @DefaultValue("0.8") double fullest) {

    SweepSettings settings() {
      return new SweepSettings(lostAfter, republish, keepRaw, keepRejected, keepChunks, fullest);
    }
  }

  FetchSettings fetchSettings(SluiceProperties.Ledger ledger) {
    return new FetchSettings(temp, hostPause, batchTime, ledger.attempts(retryPause));
  }
}
