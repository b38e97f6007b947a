package io.sluice.getter.fetch;

import io.sluice.getter.archive.ArchiveKind;

/**
 * Bytes that are in staging.
 *
 * @param key where
 * @param size in bytes
 * @param checksum of the bytes
 * @param kind what their start says they are
 */
record Staged(String key, long size, Checksum checksum, ArchiveKind kind) {}
