package io.sluice.service;

import io.sluice.core.staging.StagingSettings;
import io.sluice.core.work.StageProtocol;
import io.sluice.service.broker.BrokerSettings;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What every service is told, under {@code sluice.*}.
 *
 * @param instance unique among the running processes; host name and process id unless told
 * @param feeds directory of the feed definitions
 * @param feedsReload how often that directory is looked at for changes
 * @param probeInterval how often a paused stage looks whether it can go on
 * @param shutdownTimeout how long work at hand may take to finish when the service stops
 */
@ConfigurationProperties("sluice")
public record SluiceProperties(
    String instance,
    @DefaultValue("feeds") Path feeds,
    @DefaultValue("5s") Duration feedsReload,
    @DefaultValue("3s") Duration probeInterval,
    @DefaultValue("25s") Duration shutdownTimeout,
    @DefaultValue Database database,
    @DefaultValue Broker broker,
    @DefaultValue Staging staging,
    @DefaultValue Ledger ledger) {

  public SluiceProperties {
    instance = instance == null || instance.isBlank() ? hostAndPid() : instance;
  }

  private static String hostAndPid() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "localhost"; // a machine that does not know its own name
    }
    return host + "-" + ProcessHandle.current().pid();
  }

  /**
   * The warehouse, which holds the ledger too.
   *
   * @param poolSize most connections of this process
   * @param timeout for getting a connection
   */
  public record Database(
      @DefaultValue("jdbc:postgresql://localhost:5432/sluice") String url,
      @DefaultValue("sluice") String user,
      @DefaultValue("") String password,
      @DefaultValue("16") int poolSize,
      @DefaultValue("5s") Duration timeout) {

    @Override
    public String toString() {
      return "Database[url=%s, user=%s, poolSize=%d]".formatted(url, user, poolSize);
    }
  }

  /** See {@link BrokerSettings}. */
  public record Broker(
      @DefaultValue("localhost:5672") List<String> addresses,
      @DefaultValue("guest") String user,
      @DefaultValue("guest") String password,
      @DefaultValue("/") String virtualHost,
      @DefaultValue("false") boolean tls,
      @DefaultValue("10s") Duration timeout) {

    BrokerSettings settings() {
      return new BrokerSettings(addresses, user, password, virtualHost, tls, timeout);
    }

    @Override
    public String toString() {
      return settings().toString();
    }
  }

  /**
   * Where bytes lie between the stages.
   *
   * @param location {@code file:///directory} or {@code s3://bucket/prefix}
   * @param limit what all objects may take; none if absent
   * @param minFree what the file system of a directory keeps free
   */
  public record Staging(
      @DefaultValue("file:///var/lib/sluice/staging") URI location,
      DataSize limit,
      @DefaultValue("1GB") DataSize minFree,
      @DefaultValue S3 s3) {

    StagingSettings settings() {
      long limitBytes = limit == null ? StagingSettings.UNLIMITED : limit.toBytes();
      return new StagingSettings(location, limitBytes, minFree.toBytes(), s3.settings());
    }
  }

  /** See {@link StagingSettings.S3}. */
  public record S3(
      URI endpoint,
      String region,
      @DefaultValue("false") boolean pathStyle,
      String accessKey,
      String secretKey) {

    /** For whoever opens a bucket. */
    public StagingSettings.S3 settings() {
      return new StagingSettings.S3(endpoint, region, pathStyle, accessKey, secretKey);
    }

    @Override
    public String toString() {
      return settings().toString();
    }
  }

  /**
   * @param keep how long files are remembered; older ones are ignored at the source. A version that
   *     comes later than this replaces nothing, so set it longer than sources correct their files.
   *     Without a date in its path a file is remembered as long as an appending table has rows of
   *     it, for its next version replaces them
   * @param lease how long a worker that does not answer keeps its work
   * @param attempts after how many the work is dead
   */
  public record Ledger(
      @DefaultValue("30d") Duration keep,
      @DefaultValue("2m") Duration lease,
      @DefaultValue("5") int attempts) {

    /**
     * How a stage treats files that fail.
     *
     * @param retryPause before the second attempt; it doubles
     */
    public StageProtocol.Settings attempts(Duration retryPause) {
      return new StageProtocol.Settings(lease, attempts, retryPause);
    }
  }
}
