package io.sluice.core.work;

import java.util.Set;

/**
 * What one load transaction did for a file, in the file's unit.
 *
 * @param collapsed gave way to an equal key
 * @param replaced gave way to a newer version
 * @param rejected refused by the database
 * @param rows written
 * @param tables sluice.target_table ids that hold rows of it
 */
public record LoadedFile(
    long fileId,
    long loaded,
    long collapsed,
    long replaced,
    long rejected,
    long rows,
    Set<Integer> tables) {

  public LoadedFile {
    tables = Set.copyOf(tables);
  }

  String tablesLiteral() {
    return tables.toString().replace('[', '{').replace(']', '}');
  }
}
