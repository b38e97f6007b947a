package io.sluice.handler.work;

import java.time.Instant;

/**
 * What a format read of a file, in its unit. Of what was read, what is neither collapsed nor
 * rejected is in the chunks.
 *
 * @param unit {@code cell} or {@code row}
 * @param conflicts of the collapsed, those that differed
 * @param element the network element, or null
 * @param first earliest time, or null
 * @param last latest time, or null
 */
record FileCounts(
    String unit,
    long read,
    long collapsed,
    long conflicts,
    String element,
    Instant first,
    Instant last) {}
