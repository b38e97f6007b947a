package io.sluice.loader.rows;

import io.sluice.core.work.LoadedFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts by file, in file id order. */
public final class Counts {

  /** Stored rows of a file that are another's now. */
  public record Overtaken(long fileId, int tableId, long rows) {}

  private final Map<Long, FileCounts> files = new TreeMap<>();
  private final List<Overtaken> overtaken = new ArrayList<>();

  public FileCounts of(long fileId) {
    return files.computeIfAbsent(fileId, id -> new FileCounts());
  }

  public Map<Long, FileCounts> files() {
    return files;
  }

  public List<Overtaken> overtaken() {
    return overtaken;
  }

  /** As the ledger takes them. */
  public List<LoadedFile> loaded() {
    return files.entrySet().stream().map(file -> file.getValue().loaded(file.getKey())).toList();
  }

  public void add(Counts other) {
    other.files.forEach((id, counts) -> of(id).add(counts));
    overtaken.addAll(other.overtaken);
  }
}
