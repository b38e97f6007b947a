package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Whether a partition is where it was, and can be put there again. */
final class SlotCheck {

  /** A default partition is read by ATTACH; so much takes some milliseconds. */
  private static final long MOST_DEFAULT = 16L << 20;

  private SlotCheck() {}

  /**
   * @throws SQLException if it was moved since the plan was made
   */
  static void sameSlot(Connection connection, Source source) throws SQLException {
    Slot slot = source.slot().orElseThrow();
    boolean same =
        Sql.is(
            connection,
            """
            select exists (
              select from pg_inherits i join pg_class c on c.oid = i.inhrelid
              where c.oid = %d and i.inhparent = %s::regclass
                and pg_get_expr(c.relpartbound, c.oid) = %s)"""
                .formatted(
                    source.oid(),
                    SqlNames.literal(slot.parent().sql()),
                    SqlNames.literal(slot.bound())));
    if (!same) {
      throw new SQLException(
          "%s was taken from its place at %s while it was copied; the copy is removed"
              .formatted(source.name(), slot.parent()),
          "55000");
    }
  }

  /** Why a partition cannot be attached again within milliseconds. */
  static Optional<String> problem(Connection connection, Source source) throws SQLException {
    if (source.slot().isEmpty() || source.slot().get().isDefault()) {
      return Optional.empty();
    }
    Slot slot = source.slot().get();
    List<String> found =
        Sql.texts(
            connection,
            """
            select partdefid::regclass from pg_partitioned_table
            where partrelid = %s::regclass and partdefid <> 0 and pg_relation_size(partdefid) > %d"""
                .formatted(SqlNames.literal(slot.parent().sql()), MOST_DEFAULT));
    return found.stream()
        .findFirst()
        .map(
            other ->
                "%s stays as it is: to put it back, PostgreSQL would read all of the default partition %s under a lock. Drain that first"
                    .formatted(source.name(), other));
  }
}
