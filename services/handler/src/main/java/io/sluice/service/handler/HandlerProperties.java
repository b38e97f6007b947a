package io.sluice.service.handler;

import io.sluice.handler.work.HandleSettings;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What the handler is told, under {@code sluice.handler.*}.
 *
 * @param concurrency batches handled at the same time
 * @param bulkConcurrency bulk batches handled beside them
 * @param chunkSize at which a chunk is staged
 * @param blockMemory what the rows of one file may take before they go to disk
 * @param temp directory for blocks that do; the system's unless told
 * @param missingRetry pause before a staged object that is not there is looked for again
 * @param missingRetries how often it is looked for before the file is fetched again
 * @param retryPause before the second attempt at a file; it doubles
 */
@ConfigurationProperties("sluice.handler")
public record HandlerProperties(
    @DefaultValue("2") int concurrency,
    @DefaultValue("1") int bulkConcurrency,
    @DefaultValue("8MB") DataSize chunkSize,
    @DefaultValue("64MB") DataSize blockMemory,
    Path temp,
    @DefaultValue("500ms") Duration missingRetry,
    @DefaultValue("3") int missingRetries,
    @DefaultValue("10s") Duration retryPause) {

  public HandlerProperties {
    temp = temp == null ? Path.of(System.getProperty("java.io.tmpdir")) : temp;
  }

  HandleSettings settings() {
    return new HandleSettings(
        temp, chunkSize.toBytes(), blockMemory.toBytes(), missingRetry, missingRetries);
  }
}
