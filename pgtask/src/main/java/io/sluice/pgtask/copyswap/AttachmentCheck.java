package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Whether a partition can be put where it was again. */
final class AttachmentCheck {

  /** What is read by ATTACH; so much takes some milliseconds. */
  private static final long MOST = 16L << 20;

  private AttachmentCheck() {}

  /** Why a partition cannot be attached again within milliseconds. */
  static Optional<String> problem(Connection connection, SourceTable source) throws SQLException {
    Attachment attachment = source.attachment().orElseThrow();
    if (!attachment.locks().referenced().isEmpty() && source.bytes() > MOST) {
      return Optional.of(
          "%s is not rewritten: to attach its copy, PostgreSQL would check all its rows against %s under a lock. Drop these foreign keys of %s, and add them again afterwards"
              .formatted(source.name(), attachment.locks().referenced(), attachment.parent()));
    }
    if (attachment.isDefault()) {
      return Optional.empty();
    }
    List<String> found =
        Sql.strings(
            connection,
            """
            select partdefid::regclass from pg_partitioned_table
            where partrelid = %s::regclass and partdefid <> 0 and pg_relation_size(partdefid) > %d\
            """
                .formatted(SqlNames.literal(attachment.parent().sql()), MOST));
    return found.stream()
        .findFirst()
        .map(
            other ->
                "%s is not rewritten: to reattach it, PostgreSQL would scan the whole default partition %s under a lock. Drain that first"
                    .formatted(source.name(), other));
  }
}
