package io.sluice.loader;

import io.sluice.core.catalog.TimePartitions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What a batch may load into, as far as was known before its transaction. */
final class Prepared {

  private final Map<Integer, TargetTable> tables = new HashMap<>();
  private final Map<Integer, Map<Long, String>> partitions = new HashMap<>();
  private final Map<Integer, Set<Long>> refused = new HashMap<>();
  private final Map<Integer, TimePartitions> partitionings = new HashMap<>();

  void add(TargetTable table) {
    tables.put(table.id(), table);
  }

  void partition(int tableId, long micros, String name) {
    partitions.computeIfAbsent(tableId, id -> new HashMap<>()).put(micros, name);
  }

  void partitioning(int tableId, TimePartitions how) {
    partitionings.put(tableId, how);
  }

  TimePartitions partitioning(int tableId) {
    return partitionings.get(tableId);
  }

  void refuse(int tableId, long micros) {
    refused.computeIfAbsent(tableId, id -> new HashSet<>()).add(micros);
  }

  TargetTable table(int id) {
    return tables.get(id);
  }

  /** Names of the partitions the batch needs, by start in microseconds since 1970. */
  Map<Long, String> partitions(int tableId) {
    return partitions.getOrDefault(tableId, Map.of());
  }

  /** Starts of partitions that are outside the window and are not there. */
  Set<Long> refused(int tableId) {
    return refused.getOrDefault(tableId, Set.of());
  }
}
