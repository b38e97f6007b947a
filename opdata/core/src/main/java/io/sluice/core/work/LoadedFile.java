package io.sluice.core.work;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one load transaction did for a file, in the file's unit.
 *
 * @param collapsed gave way to an equal key
 * @param replaced gave way to a newer version
 * @param rejected refused by the database
 * @param tables by sluice.target_table id, how many rows of it are the file's now
 */
public record LoadedFile(
    long fileId,
    long loaded,
    long collapsed,
    long replaced,
    long rejected,
    Map<Integer, Long> tables) {

  public LoadedFile {
    tables = Collections.unmodifiableMap(new TreeMap<>(tables));
  }

  long rows() {
    return tables.values().stream().mapToLong(rows -> rows).sum();
  }

  String tableIds() {
    return literal(tables.keySet().toString());
  }

  String tableRows() {
    return literal(tables.values().toString());
  }

  private static String literal(String list) {
    return list.replace('[', '{').replace(']', '}');
  }
}
