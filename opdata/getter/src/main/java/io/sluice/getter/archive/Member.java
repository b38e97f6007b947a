package io.sluice.getter.archive;

import java.time.Instant;

/**
 * A file in an archive.
 *
 * @param path within the archive, with {@code !/} after each nested archive's name; unique in it
 * @param modified as the archive says, null if it does not
 */
public record Member(String path, Instant modified) {}
