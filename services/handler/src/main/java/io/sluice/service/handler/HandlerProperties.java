package io.sluice.service.handler;

import io.sluice.handler.work.HandleSettings;
import io.sluice.service.SluiceProperties;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What the handler is told, under {@code sluice.handler.*}.
 *
 * @param concurrency files handled at the same time
 * @param bulkConcurrency bulk files handled beside them
 * @param chunkSize at which a chunk is staged
 * @param blockMemory what one element block may take before it goes to disk
 * @param temp directory for blocks that do; the system's unless told
 * @param missingRetry pause before a staged object that is not there is looked for again
 * @param missingRetries how often it is looked for before the file is fetched again
 */
@ConfigurationProperties("sluice.handler")
public record HandlerProperties(
    @DefaultValue("2") int concurrency,
    @DefaultValue("1") int bulkConcurrency,
    @DefaultValue("8MB") DataSize chunkSize,
    @DefaultValue("64MB") DataSize blockMemory,
    Path temp,
    @DefaultValue("500ms") Duration missingRetry,
    @DefaultValue("3") int missingRetries) {

  public HandlerProperties {
    temp = temp == null ? Path.of(System.getProperty("java.io.tmpdir")) : temp;
  }

  HandleSettings settings(SluiceProperties.Ledger ledger) {
    return new HandleSettings(
        temp,
        chunkSize.toBytes(),
        blockMemory.toBytes(),
        ledger.lease(),
        ledger.attempts(),
        missingRetry,
        missingRetries);
  }
}
