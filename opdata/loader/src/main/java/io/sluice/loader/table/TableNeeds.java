package io.sluice.loader.table;

import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.Segment;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the segments of a batch need of one table. */
public final class TableNeeds {

  final int tableId;
  final String table;
  final String feed;
  final Set<Column> columns = new LinkedHashSet<>();
  final Set<Long> partitions = new TreeSet<>();
  List<String> mergeKey = List.of();

  private TableNeeds(Segment head, String feed) {
    this.tableId = head.tableId();
    this.table = head.schema() + "." + head.table();
    this.feed = feed;
  }

  /**
   * By table id.
   *
   * @param heads of segments of target tables
   */
  public static Map<Integer, TableNeeds> of(Collection<Segment> heads, String feed) {
    Map<Integer, TableNeeds> needs = new LinkedHashMap<>();
    for (Segment head : heads) {
      needs.computeIfAbsent(head.tableId(), id -> new TableNeeds(head, feed)).add(head);
    }
    return needs;
  }

  private void add(Segment head) {
    columns.addAll(head.columns());
    partitions.addAll(head.partitions());
    if (!head.keys().isEmpty()) {
      mergeKey = keyNames(head);
    }
  }

  /** Names of the columns a segment is merged by. */
  public static List<String> keyNames(Segment head) {
    return head.keys().stream().map(i -> head.columns().get(i).name()).toList();
  }
}
