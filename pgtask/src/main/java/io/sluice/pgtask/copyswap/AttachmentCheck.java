package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Whether a partition can be put where it was again. */
final class AttachmentCheck {

  /** A default partition is read by ATTACH; so much takes some milliseconds. */
  private static final long MOST_DEFAULT = 16L << 20;

  private AttachmentCheck() {}

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
