package io.sluice.core.work;

import java.time.Instant;

/**
 * What a handling made of a file. All counts are in the file's unit: cells, or rows for CSV.
 *
 * @param unit {@code cell} or {@code row}
 * @param read all units seen
 * @param collapsed equal or conflicting duplicates that gave way inside the file
 * @param rejected refused with a reason
 * @param conflicts of the collapsed, those that differed
 * @param element the network element, or null
 * @param firstTime earliest end time, or null
 * @param lastTime latest end time, or null
 * @param notes what its format was unsure of, a line each, or null
 */
public record HandledFile(
    long fileId,
    String unit,
    long read,
    long collapsed,
    long rejected,
    long conflicts,
    String element,
    Instant firstTime,
    Instant lastTime,
    String notes) {}
