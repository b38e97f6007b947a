package io.sluice.loader.table;

import io.sluice.core.catalog.TimePartitions;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a batch may load into, as far as was known before its transaction. */
public final class Prepared {

  private final Map<Integer, TargetTable> tables = new HashMap<>();
  private final Map<Integer, Set<String>> partitions = new HashMap<>();
  private final Map<Integer, Set<Long>> refused = new HashMap<>();
  private final Map<Integer, TimePartitions> partitionings = new HashMap<>();
  private final Set<Integer> wholeKeys = new HashSet<>();

  void add(TargetTable table) {
    tables.put(table.id(), table);
  }

  void partitions(int tableId, Set<String> names) {
    partitions.computeIfAbsent(tableId, id -> new TreeSet<>()).addAll(names);
  }

  void partitioning(int tableId, TimePartitions how) {
    partitionings.put(tableId, how);
  }

  public TimePartitions partitioning(int tableId) {
    return partitionings.get(tableId);
  }

  void refuse(int tableId, long micros) {
    refused.computeIfAbsent(tableId, id -> new HashSet<>()).add(micros);
  }

  void wholeKeys(int tableId) {
    wholeKeys.add(tableId);
  }

  /** Whether the table itself refuses rows without a whole key. */
  public boolean hasWholeKeys(int tableId) {
    return wholeKeys.contains(tableId);
  }

  public TargetTable table(int id) {
    return tables.get(id);
  }

  /** All tables the batch needs. */
  public Collection<TargetTable> tables() {
    return tables.values();
  }

  /** Names of the partitions the batch needs. */
  public Set<String> partitions(int tableId) {
    return partitions.getOrDefault(tableId, Set.of());
  }

  /** Starts of partitions that are outside the window and are not there. */
  public Set<Long> refused(int tableId) {
    return refused.getOrDefault(tableId, Set.of());
  }
}
