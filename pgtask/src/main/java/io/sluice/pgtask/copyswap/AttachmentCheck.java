package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Whether a partition is where it was, and can be put there again. */
final class AttachmentCheck {

  /** A default partition is read by ATTACH; so much takes some milliseconds. */
  private static final long MOST_DEFAULT = 16L << 20;

  private AttachmentCheck() {}

  /**
   * @throws SQLException if it was moved since the plan was made
   */
  static void sameSlot(Connection connection, SourceTable source) throws SQLException {
    Attachment attachment = source.attachment().orElseThrow();
    boolean same =
        Sql.isTrue(
            connection,
            """
            select exists (
              select from pg_inherits i join pg_class c on c.oid = i.inhrelid
              where c.oid = %d and i.inhparent = %s::regclass
                and pg_get_expr(c.relpartbound, c.oid) = %s)\
            """
                .formatted(
                    source.oid(),
                    SqlNames.literal(attachment.parent().sql()),
                    SqlNames.literal(attachment.bound())));
    if (!same) {
      throw new SQLException(
          "%s was detached from %s while it was being copied; the copy is discarded"
              .formatted(source.name(), attachment.parent()),
          "55000");
    }
  }

  /** Why a partition cannot be attached again within milliseconds. */
  static Optional<String> problem(Connection connection, SourceTable source) throws SQLException {
    if (source.attachment().isEmpty() || source.attachment().get().isDefault()) {
      return Optional.empty();
    }
    Attachment attachment = source.attachment().get();
    List<String> found =
        Sql.strings(
            connection,
            """
            select partdefid::regclass from pg_partitioned_table
            where partrelid = %s::regclass and partdefid <> 0 and pg_relation_size(partdefid) > %d\
            """
                .formatted(SqlNames.literal(attachment.parent().sql()), MOST_DEFAULT));
    return found.stream()
        .findFirst()
        .map(
            other ->
                "%s is not rewritten: to reattach it, PostgreSQL would scan the whole default partition %s under a lock. Drain that first"
                    .formatted(source.name(), other));
  }
}
