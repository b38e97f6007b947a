package io.sluice.core.catalog;

/**
 * A logical table: a measurement group, or a CSV feed's table.
 *
 * @param name of its first table
 * @param sourceName the name as the files give it, before normalising
 * @param mainTableId sluice.target_table id of its first table, which gets every row
 */
public record Target(int id, String schema, String name, String sourceName, int mainTableId) {

  /** The view that joins its tables and shows element and object by name. */
  public String view() {
    return Names.withSuffix(name, "_v");
  }
}
