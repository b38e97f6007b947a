package io.sluice.loader;

import java.util.Set;
import java.util.TreeSet;

/** What one transaction did for one file, in the file's unit. */
final class FileCounts {

  long loaded;
  long collapsed;
  long replaced;
  long rejected;
  long rows;
  int chunks;
  final Set<Integer> tables = new TreeSet<>();

  void add(FileCounts other) {
    loaded += other.loaded;
    collapsed += other.collapsed;
    replaced += other.replaced;
    rejected += other.rejected;
    rows += other.rows;
    chunks += other.chunks;
    tables.addAll(other.tables);
  }
}
