package io.sluice.loader;

import java.util.Map;
import java.util.TreeMap;

/** Counts by file, in file id order. */
final class Counts {

  private final Map<Long, FileCounts> files = new TreeMap<>();

  FileCounts of(long fileId) {
    return files.computeIfAbsent(fileId, id -> new FileCounts());
  }

  Map<Long, FileCounts> files() {
    return files;
  }

  void add(Counts other) {
    other.files.forEach((id, counts) -> of(id).add(counts));
  }
}
