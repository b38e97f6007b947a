package io.sluice.loader.rows;

import io.sluice.core.chunk.Segment;
import io.sluice.core.chunk.UsedIds;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A chunk read from staging, or what is left of it.
 *
 * @param rows for tables of targets
 * @param rejects rows of sluice.reject that the handler wrote
 * @param ids of dimension tables that the rows use
 * @param bytes of it all, as staged
 */
public record Chunk(List<RowRange> rows, List<RowRange> rejects, List<UsedIds> ids, long bytes) {

  /** Of a batch whose files have no rows at all. */
  public static final Chunk EMPTY = new Chunk(List.of(), List.of(), List.of(), 0);

  /** What is of these files. */
  public Chunk only(Set<Long> files) {
    if (Stream.concat(rows.stream(), rejects.stream()).allMatch(r -> files.contains(r.fileId()))) {
      return this;
    }
    return new Chunk(of(rows, files), of(rejects, files), ids, bytes);
  }

  private static List<RowRange> of(List<RowRange> ranges, Set<Long> files) {
    return ranges.stream().filter(range -> files.contains(range.fileId())).toList();
  }

  /** Heads of the segments that rows are left of, each once. */
  public Set<Segment> heads() {
    Set<Segment> heads = Collections.newSetFromMap(new IdentityHashMap<>());
    rows.forEach(range -> heads.add(range.head()));
    return heads;
  }

  /** The tables that get rows, by their ids in sluice.target_table. */
  public Set<Integer> tables() {
    return rows.stream().map(range -> range.head().tableId()).collect(Collectors.toSet());
  }

  /** Files with rows for any of these tables. */
  public Set<Long> filesOf(Set<Integer> tableIds) {
    return rows.stream()
        .filter(range -> tableIds.contains(range.head().tableId()))
        .map(RowRange::fileId)
        .collect(Collectors.toSet());
  }
}
