package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Whether a copy can be put in a partition's place. */
final class AttachmentCheck {

  /** What is read by ATTACH; so much takes some milliseconds. */
  private static final long MOST = 16L << 20;

  private static final String LARGE_DEFAULT =
      """
      select partdefid::regclass from pg_partitioned_table
      where partrelid = to_regclass(?) and partdefid not in (0, ?::oid) and pg_relation_size(partdefid) > ?
      """;

  /**
   * pgoutput remembers of a table that it was no partition when it first decoded a change of it.
   */
  private static final String FORGETFUL =
      """
      select p.pubname from pg_publication p join pg_publication_rel r on r.prpubid = p.oid
      where r.prrelid in (select relid from pg_partition_ancestors(?::oid))
        and current_setting('server_version_num')::int < 150000
      """;

  private AttachmentCheck() {}

  /** Why a copy of a partition cannot be attached within milliseconds, or not without harm. */
  static List<String> problems(Connection connection, SourceTable source) throws SQLException {
    Attachment attachment = source.attachment().orElseThrow();
    List<String> problems = new ArrayList<>();
    if (!attachment.locks().referenced().isEmpty() && source.bytes() > MOST) {
      problems.add(
          "%s is not rewritten: to attach its copy, PostgreSQL would check all its rows against %s under a lock. Drop these foreign keys of %s, and add them again afterwards"
              .formatted(source.name(), attachment.locks().referenced(), attachment.parent()));
    }
    String parent = attachment.parent().sql();
    for (String other : Sql.strings(connection, LARGE_DEFAULT, parent, source.oid(), MOST)) {
      problems.add(
          "%s is not rewritten: to reattach it, PostgreSQL would scan the whole default partition %s under a lock. Drain that first"
              .formatted(source.name(), other));
    }
    for (String publication : Sql.strings(connection, FORGETFUL, source.oid())) {
      problems.add(
          "%s is not rewritten because of publication %s: PostgreSQL 14 would publish no change of its copy, as that is no partition yet when it is filled. Upgrade the server, or drop the publication"
              .formatted(source.name(), publication));
    }
    return problems;
  }
}
