package io.sluice.service.getter;

import io.sluice.getter.dispatch.DispatchSettings;
import io.sluice.getter.fetch.FetchSettings;
import io.sluice.getter.sweep.SweepSettings;
import io.sluice.service.SluiceProperties;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the getter is told, under {@code sluice.getter.*}.
 *
 * @param fetchConcurrency files fetched at the same time
 * @param fetchBulkConcurrency bulk files fetched beside them: replays, first scans, old periods
 * @param settleConcurrency files settled at the same time
 * @param settleBulkConcurrency bulk files settled beside them
 * @param scanConcurrency hosts listed at the same time
 * @param scanInterval how often it is looked which scans are due
 * @param dispatchInterval how often the queues are topped up
 * @param queueTarget messages kept in each live queue; in a bulk queue a quarter of it
 * @param handleLimit messages in the handler's queues above which nothing more is fetched
 * @param hostPause how long the files of a host that is away wait
 * @param retryPause before the second attempt; it doubles
 * @param fileReadyToken that POST /file-ready asks for; without one it refuses everybody
 * @param fileReadyTokenFile file that holds that token instead
 * @param temp directory where archives are unpacked; the system's unless told
 */
@ConfigurationProperties("sluice.getter")
public record GetterProperties(
    @DefaultValue("4") int fetchConcurrency,
    @DefaultValue("1") int fetchBulkConcurrency,
    @DefaultValue("2") int settleConcurrency,
    @DefaultValue("1") int settleBulkConcurrency,
    @DefaultValue("8") int scanConcurrency,
    @DefaultValue("1s") Duration scanInterval,
    @DefaultValue("500ms") Duration dispatchInterval,
    @DefaultValue("400") int queueTarget,
    @DefaultValue("2000") int handleLimit,
    @DefaultValue("30s") Duration hostPause,
    @DefaultValue("10s") Duration retryPause,
    String fileReadyToken,
    Path fileReadyTokenFile,
    Path temp,
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
   * What is cleaned up and published again.
   *
   * @param messages how often lost messages are looked for
   * @param staging how often staging is cleaned
   * @param lostAfter how long after its publication a message may be missed
   * @param republish messages of one queue published again in one sweep, at most
   * @param keepRaw how long raw files stay
   * @param keepRejected how long raw files stay that had rejects
   * @param keepChunks how long chunks stay after their file has closed
   * @param fullest share of the staging limit above which the oldest raw files go early
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
    return new FetchSettings(temp, ledger.lease(), ledger.attempts(), hostPause, retryPause);
  }

  DispatchSettings dispatchSettings() {
    return new DispatchSettings(queueTarget, handleLimit);
  }
}
