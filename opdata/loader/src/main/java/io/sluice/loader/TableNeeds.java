package io.sluice.loader;

import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.Segment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the segments of a batch need of one table. */
final class TableNeeds {

  final int tableId;
  final String feed;
  final Set<Column> columns = new LinkedHashSet<>();
  final Set<Long> partitions = new TreeSet<>();
  List<String> mergeKey = List.of();

  private TableNeeds(int tableId, String feed) {
    this.tableId = tableId;
    this.feed = feed;
  }

  /** By table id; rejects need nothing. */
  static Map<Integer, TableNeeds> of(List<LoadedChunk> chunks) {
    Map<Integer, TableNeeds> needs = new LinkedHashMap<>();
    for (LoadedChunk chunk : chunks) {
      for (SegmentData segment : chunk.segments()) {
        Segment head = segment.head();
        if (head.tableId() != Segment.REJECTS) {
          needs
              .computeIfAbsent(head.tableId(), id -> new TableNeeds(id, chunk.attempt().feed()))
              .add(head);
        }
      }
    }
    return needs;
  }

  private void add(Segment head) {
    head.columns().stream().filter(c -> !c.name().equals(Segment.PRESENT)).forEach(columns::add);
    partitions.addAll(head.partitions());
    if (!head.keys().isEmpty()) {
      mergeKey = keyNames(head);
    }
  }

  /** Names of the columns a segment is merged by. */
  static List<String> keyNames(Segment head) {
    List<String> names = new ArrayList<>();
    head.keys().forEach(i -> names.add(head.columns().get(i).name()));
    return names;
  }
}
