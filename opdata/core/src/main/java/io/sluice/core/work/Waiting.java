package io.sluice.core.work;

import java.time.Duration;
import java.time.Instant;

/**
 * A file that waits for the dispatcher.
 *
 * @param size in bytes, as listed
 * @param attempts at this stage; a file that has any goes alone
 * @param period end of its measurement period, or its mtime
 * @param waited for so long
 */
public record Waiting(
    long fileId,
    String feed,
    String host,
    long size,
    int attempts,
    Instant period,
    Duration waited) {}
