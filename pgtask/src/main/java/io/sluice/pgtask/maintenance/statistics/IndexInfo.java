package io.sluice.pgtask.maintenance.statistics;

import io.sluice.pgtask.catalog.TableName;

/**
 * What the catalogue says about an index.
 *
 * @param name schema and name of the index
 * @param method access method, such as btree
 * @param rows counted by the last vacuum or analyze, negative if never
 * @param partial whether only rows of a condition are in it
 * @param deduplicated whether entries of one key share their key
 */
public record IndexInfo(
    long oid,
    TableName name,
    String method,
    long bytes,
    double rows,
    int fillfactor,
    boolean partial,
    boolean exclusion,
    boolean deduplicated) {

  /** Whether it is a B-tree. */
  public boolean btree() {
    return method.equals("btree");
  }
}
