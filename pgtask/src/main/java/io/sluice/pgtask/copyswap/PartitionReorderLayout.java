package io.sluice.pgtask.copyswap;

import io.sluice.pgtask.partition.PartitionSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A copy of a partition like itself, in another order, which takes its place at the parent: DETACH
 * takes ACCESS EXCLUSIVE on the parent for that moment; ATTACH does not read the copy, because its
 * CHECK proves what is asked. See https://www.postgresql.org/docs/current/sql-altertable.html
 */
final class PartitionReorderLayout extends ReorderLayout {

  private final Attachment attachment;

  /**
   * @param suffix of the old table's name
   */
  PartitionReorderLayout(
      SourceTable source, StorageOptions storage, String orderBy, String suffix) {
    super(source, storage, orderBy, suffix);
    this.attachment = source.attachment().orElseThrow();
  }

  @Override
  public String spec() {
    return "reorder by %s as %s of %s".formatted(orderBy, attachment.bound(), attachment.parent());
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
