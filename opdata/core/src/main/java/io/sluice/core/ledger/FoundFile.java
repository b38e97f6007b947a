package io.sluice.core.ledger;

import java.time.Instant;

/**
 * A file as its source lists it.
 *
 * @param host the system that holds it, {@code localhost} for directories
 * @param path absolute on the host; a member of an archive is {@code archive!/member}
 * @param size in bytes
 * @param mtime to the microsecond
 * @param period end of its measurement period as its name tells, or null
 */
public record FoundFile(String host, String path, long size, Instant mtime, Instant period) {}
