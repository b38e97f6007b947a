package io.sluice.service.loader;

import io.sluice.loader.LoadSettings;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the loader is told, under {@code sluice.loader.*}.
 *
 * @param concurrency batches loaded at the same time
 * @param bulkConcurrency bulk batches loaded beside them
 * @param ddlLockTimeout how long a change of tables waits for its lock before it gives way
 * @param loadLockTimeout how long a load waits for a lock
 * @param retries of a batch after a deadlock, lock timeout or serialisation failure
 * @param backoff before the first retry, doubled for each further one
 * @param stagingReads of a chunk that is missing, before its file is handled again
 * @param tempTables at most this many per connection, in merge mode
 * @param retryPause before the second attempt at a file; it doubles
 */
@ConfigurationProperties("sluice.loader")
public record LoaderProperties(
    @DefaultValue("1") int concurrency,
    @DefaultValue("1") int bulkConcurrency,
    @DefaultValue("2s") Duration ddlLockTimeout,
    @DefaultValue("20s") Duration loadLockTimeout,
    @DefaultValue("6") int retries,
    @DefaultValue("100ms") Duration backoff,
    @DefaultValue("3") int stagingReads,
    @DefaultValue("100") int tempTables,
    @DefaultValue("10s") Duration retryPause) {

  LoadSettings settings() {
    return new LoadSettings(
        ddlLockTimeout, loadLockTimeout, retries, backoff, stagingReads, tempTables);
  }
}
