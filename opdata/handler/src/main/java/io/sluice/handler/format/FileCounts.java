package io.sluice.handler.format;

import java.time.Instant;
import java.util.List;

/**
 * What a format read of a file, in its unit. Of what was read, what is neither collapsed nor
 * rejected is in the chunks.
 *
 * @param unit {@code cell} or {@code row}
 * @param conflicts of the collapsed, those that differed
 * @param element the network element, or null
 * @param first earliest time, or null
 * @param last latest time, or null
 * @param notes what was guessed and might be otherwise, a sentence each
 */
public record FileCounts(
    String unit,
    long read,
    long collapsed,
    long conflicts,
    String element,
    Instant first,
    Instant last,
    List<String> notes) {

  public FileCounts {
    notes = List.copyOf(notes);
  }

  /** A time in microseconds since 1970, or null for the least and the greatest. */
  static Instant time(long micros) {
    boolean none = micros == Long.MAX_VALUE || micros == Long.MIN_VALUE;
    return none ? null : Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L));
  }
}
