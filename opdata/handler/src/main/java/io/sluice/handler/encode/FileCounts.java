package io.sluice.handler.encode;

import io.sluice.handler.block.BlockStore;
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

  /**
   * Counts with times in microseconds since 1970: the greatest and the least long stand for none.
   */
  public static FileCounts of(
      String unit,
      long read,
      BlockStore store,
      String element,
      long first,
      long last,
      List<String> notes) {
    return new FileCounts(
        unit,
        read,
        store.collapsed(),
        store.conflicts(),
        element,
        first == Long.MAX_VALUE ? null : time(first),
        last == Long.MIN_VALUE ? null : time(last),
        notes);
  }

  private static Instant time(long micros) {
    return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L));
  }
}
