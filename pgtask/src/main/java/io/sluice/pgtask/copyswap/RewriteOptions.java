package io.sluice.pgtask.copyswap;

import java.util.Optional;

/**
 * How a table is written anew.
 *
 * @param orderBy SQL of ORDER BY, such as {@code "ts", "id" desc}, quoted by the caller: the rows
 *     are then read in one snapshot, which keeps vacuum from removing dead rows anywhere for as
 *     long; without it they are read in batches, a transaction each
 * @param tablespace for the table, its TOAST table and all its indexes; absent leaves each where it
 *     is
 * @param batchBytes of the table read in one transaction, where there is no order
 */
public record RewriteOptions(
    Optional<String> orderBy, Optional<String> tablespace, long batchBytes) {

  private static final String ORDERED = "reorder by ";
  private static final String UNORDERED = "rewrite";

  /** Whether the state of a move says that it is a rewrite, of whatever form. */
  static boolean isRewrite(String spec) {
    return spec.startsWith(ORDERED) || spec.startsWith(UNORDERED);
  }

  /** Tells this form of rewrite from others of the same table. */
  String spec() {
    return orderBy.map(ORDERED::concat).orElse(UNORDERED)
        + tablespace.map(" into tablespace "::concat).orElse("");
  }

  /** To follow the name of a table; empty, or begins with a space. */
  public String words() {
    return orderBy.map(" ordered by "::concat).orElse("")
        + tablespace.map(" into tablespace "::concat).orElse("");
  }
}
