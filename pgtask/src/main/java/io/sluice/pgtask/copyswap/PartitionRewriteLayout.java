package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.partition.PartitionSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A copy of a partition like itself, which takes its place at the parent: DETACH takes ACCESS
 * EXCLUSIVE on the parent for that moment; ATTACH does not read the copy, because its CHECK proves
 * what is asked. See https://www.postgresql.org/docs/current/sql-altertable.html
 */
final class PartitionRewriteLayout extends RewriteLayout {

  private final Attachment attachment;

  /**
   * @param suffix of the old table's name
   */
  PartitionRewriteLayout(
      SourceTable source, StorageOptions storage, RewriteOptions options, String suffix) {
    super(source, storage, options, suffix);
    this.attachment = source.attachment().orElseThrow();
  }

  /** What a default partition may hold changes with each partition beside it. */
  @Override
  public String spec() {
    return "%s as %s of %s%s"
        .formatted(
            options.spec(),
            attachment.bound(),
            attachment.parent(),
            attachment.isDefault() ? " with " + attachment.constraint() : "");
  }

  @Override
  public List<String> create() {
    List<String> sql = new ArrayList<>();
    sql.add(
        "create table %s (like %s including all excluding indexes excluding identity)%s"
            .formatted(names.copy().sql(), source.name().sql(), storage.with()));
    if (attachment.constraint() != null) {
      sql.add(
          "alter table %s add constraint %s check (%s)"
              .formatted(names.copy().sql(), PartitionSql.CHECK, attachment.constraint()));
    }
    sql.addAll(storage.afterCreate(names.copy()));
    return sql;
  }

  @Override
  public List<String> obstacles(Connection connection) throws SQLException {
    return AttachmentCheck.problems(connection, source);
  }

  @Override
  public List<String> locks() {
    return attachment.locks().sql();
  }

  @Override
  public List<String> swap(Connection connection) throws SQLException {
    checkConstraint(connection);
    List<String> sql = new ArrayList<>();
    sql.add(detach());
    sql.addAll(renaming.sql(connection));
    sql.add(attach());
    if (attachment.constraint() != null) {
      sql.add(
          "alter table %s drop constraint %s".formatted(source.name().sql(), PartitionSql.CHECK));
    }
    return sql;
  }

  /** What the CHECK proves no more, ATTACH would look for in every row, while everybody waits. */
  private void checkConstraint(Connection connection) throws SQLException {
    String path = SourceReader.onlyCatalog(connection);
    String now =
        Sql.one(
            connection,
            "select pg_get_partition_constraintdef(?::oid)",
            row -> row.getString(1),
            source.oid());
    SourceReader.searchPath(connection, path);
    if (!Objects.equals(now, attachment.constraint())) {
      throw new SQLException(
          "what partition %s of %s may hold has changed while it was being copied, such as by a new partition beside it; nothing was swapped, the copy is discarded, and the next run starts over"
              .formatted(source.name(), attachment.parent()),
          CopySwapStep.STATE_CHANGED);
    }
  }

  private String detach() {
    return "alter table %s detach partition %s"
        .formatted(attachment.parent().sql(), source.name().sql());
  }

  private String attach() {
    return "alter table %s attach partition %s %s"
        .formatted(attachment.parent().sql(), source.name().sql(), attachment.bound());
  }

  @Override
  public List<String> swapSql() {
    List<String> sql = new ArrayList<>();
    sql.add(detach());
    sql.addAll(renaming.tables());
    sql.add(attach());
    return sql;
  }
}
