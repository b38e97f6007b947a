package io.sluice.simulator;

import java.nio.file.Path;
import java.time.Instant;

/**
 * A file that was written.
 *
 * @param gnb the element, counted from 0
 * @param end end of the period it belongs to
 * @param version 1, and one more with each correction
 * @param readable whether any of it can be read
 * @param size bytes on disk
 * @param modified its modification time, once it is complete
 */
public record WrittenFile(
    Path path,
    FileKind kind,
    int gnb,
    Instant end,
    int version,
    boolean readable,
    long size,
    Instant modified) {}
