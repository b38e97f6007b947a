package io.sluice.pgtask.copyswap;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An index of the table that moves.
 *
 * @param constraint whether it is that of a primary key, a unique or an exclusion constraint, which
 *     then has its name
 * @param definition what follows the table in CREATE INDEX, or the constraint's name in ADD
 *     CONSTRAINT
 * @param rowKey whether it tells every row: unique at once, of NOT NULL columns only, without
 *     WHERE, and holding for equal what is equal everywhere else
 * @param columns of its key; empty if any of it is an expression
 * @param equality for each of these the operator by which the index holds values for equal, with
 *     its schema: that of an extension's type is not in pg_catalog, and what {@code =} would find
 *     there instead compares otherwise. Empty if the index is not a B-tree
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
    Optional<String> comment,
    List<String> equality) {

  SourceIndex {
    columns = List.copyOf(columns);
    equality = List.copyOf(equality);
  }

  /** Columns with their operators. */
  Map<String, String> equalities() {
    Map<String, String> all = new LinkedHashMap<>();
    for (int i = 0; i < equality.size(); i++) {
      all.put(columns.get(i), equality.get(i));
    }
    return all;
  }
}
