package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.SqlNames;

/**
 * A column of the table that moves.
 *
 * @param type as pg_type.typname has it
 * @param generated whether PostgreSQL computes it from others
 * @param identity whether PostgreSQL counts it
 */
record SourceColumn(
    String name, String type, boolean generated, boolean notNull, boolean identity) {

  String sql() {
    return SqlNames.quote(name);
  }

  /** Of a row or table of this alias. */
  String of(String alias) {
    return alias + "." + sql();
  }
}
