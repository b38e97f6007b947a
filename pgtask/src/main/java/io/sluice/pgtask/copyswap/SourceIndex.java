package io.sluice.pgtask.copyswap;

import java.util.List;
import java.util.Optional;

/**
 * An index of the table that moves.
 *
 * @param constraint whether it is that of a primary key, a unique or an exclusion constraint, which
 *     then has its name
 * @param definition what follows the table in CREATE INDEX, or the constraint's name in ADD
 *     CONSTRAINT
 * @param rowKey whether it tells every row: unique at once, of NOT NULL columns only, without WHERE
 * @param columns of its key; empty if any of it is an expression
 */
record SourceIndex(
    String name,
    boolean constraint,
    boolean unique,
    boolean exclusion,
    boolean primary,
    boolean rowKey,
    boolean clustered,
    boolean replicaIdentity,
    String definition,
    List<String> columns,
    Optional<String> tablespace,
    Optional<String> comment) {

  SourceIndex {
    columns = List.copyOf(columns);
  }
}
