package io.sluice.loader;

import io.sluice.core.chunk.Segment;
import java.util.List;

/** A chunk read from staging. */
record LoadedChunk(Attempt attempt, List<SegmentData> segments, long bytes) {

  ChunkId id() {
    return attempt.id();
  }

  /** Units in it that the file's counts speak of; rejects were counted by the handler. */
  long cells() {
    return segments.stream()
        .filter(s -> s.head().tableId() != Segment.REJECTS)
        .mapToLong(SegmentData::cells)
        .sum();
  }
}
