package io.sluice.pgtask.copyswap;

import io.sluice.pgtask.catalog.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A copy of a partition like itself, in another order, which takes its place at the parent: DETACH
 * takes ACCESS EXCLUSIVE on the parent for that moment; ATTACH does not read the copy, because its
 * CHECK proves what is asked. See https://www.postgresql.org/docs/current/sql-altertable.html
 */
final class SlotShape implements Shape {

  private static final String CHECK = "sluice_bounds";
  private final Source source;
  private final Slot slot;
  private final Storage storage;
  private final String orderBy;
  private final CopyNames names;
  private final Renaming renaming;

  /**
   * @param suffix of the old table's name
   */
  SlotShape(Source source, Storage storage, String orderBy, String suffix) {
    this.source = source;
    this.slot = source.slot().orElseThrow();
    this.storage = storage;
    this.orderBy = orderBy;
    this.names = new CopyNames(source.name());
    this.renaming = new Renaming(source, names, suffix);
  }

  @Override
  public String spec() {
    return "reorder by %s as %s of %s".formatted(orderBy, slot.bound(), slot.parent());
  }

  @Override
  public Optional<SourceColumn> partitionColumn() {
    return Optional.empty();
  }

  @Override
  public Optional<String> order() {
    return Optional.of(orderBy);
  }

  @Override
  public List<String> create() {
    List<String> sql = new ArrayList<>();
    sql.add(
        "create table %s (like %s including all excluding indexes excluding identity)%s"
            .formatted(names.copy().sql(), source.name().sql(), storage.with()));
    if (slot.constraint() != null) {
      sql.add(
          "alter table %s add constraint %s check (%s)"
              .formatted(names.copy().sql(), CHECK, slot.constraint()));
    }
    sql.addAll(storage.afterCreate(names.copy()));
    return sql;
  }

  @Override
  public List<List<String>> partitions() {
    return List.of();
  }

  @Override
  public boolean makeRoom(Connection connection, String from) {
    return false;
  }

  @Override
  public List<Placed> placed(CopyIndex index, List<TableName> leaves) {
    return List.of(new Placed(names.copy(), index.meanwhile()));
  }

  @Override
  public List<String> locks() {
    return List.of(
        "lock table only %s in access exclusive mode".formatted(slot.parent().sql()),
        "lock table %s in access exclusive mode".formatted(source.name().sql()));
  }

  @Override
  public List<String> swap(Connection connection) throws SQLException {
    SlotCheck.sameSlot(connection, source);
    List<String> sql = new ArrayList<>();
    sql.add(detach());
    sql.addAll(renaming.sql(connection));
    sql.add(attach());
    if (slot.constraint() != null) {
      sql.add("alter table %s drop constraint %s".formatted(source.name().sql(), CHECK));
    }
    sql.addAll(SameShape.marks(source, source.name()));
    return sql;
  }

  private String detach() {
    return "alter table %s detach partition %s".formatted(slot.parent().sql(), source.name().sql());
  }

  private String attach() {
    return "alter table %s attach partition %s %s"
        .formatted(slot.parent().sql(), source.name().sql(), slot.bound());
  }

  @Override
  public List<String> swapSql() {
    List<String> sql = new ArrayList<>();
    sql.add(detach());
    sql.addAll(renaming.tables());
    sql.add(attach());
    return sql;
  }

  @Override
  public TableName old() {
    return renaming.oldTable();
  }

  @Override
  public boolean dropOld() {
    return true;
  }
}
