package io.sluice.core.staging;

import java.time.Instant;

/**
 * One object in a listing.
 *
 * @param key as it was written
 * @param size in bytes
 * @param modified when it was committed, by the store's clock
 */
public record StagedObject(String key, long size, Instant modified) {}
