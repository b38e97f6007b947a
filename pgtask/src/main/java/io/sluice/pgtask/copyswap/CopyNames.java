package io.sluice.pgtask.copyswap;

import io.sluice.core.catalog.Names;
import io.sluice.pgtask.catalog.TableName;

/** What stands beside a table while it is rewritten, all in its schema. */
record CopyNames(TableName table) {

  /** Begins the names of the triggers on the table. */
  static final String TRIGGER = "sluice_log_";

  private static final String SUFFIX = "__sluice_";

  /** Takes the table's place at the end. */
  TableName copy() {
    return with("copy");
  }

  /** Partition of the copy that becomes the new default partition. */
  TableName rest() {
    return with("rest");
  }

  /** What changed since the copy was begun. */
  TableName log() {
    return with("log");
  }

  /** One row: how far the move is. */
  TableName state() {
    return with("state");
  }

  /** The trigger's function. */
  TableName function() {
    return with("log");
  }

  /** A name of the copy's that the original still has. */
  static String meanwhile(String name) {
    return Names.withSuffix(name, SUFFIX + "new");
  }

  private TableName with(String what) {
    return table.sibling(Names.withSuffix(table.name(), SUFFIX + what));
  }
}
