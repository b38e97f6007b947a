package io.sluice.pgtask.copyswap;

import io.sluice.core.ledger.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A copy of a plain table like itself, in another order, which takes its name. */
final class SameShape implements Shape {

  private final Source source;
  private final Storage storage;
  private final String orderBy;
  private final CopyNames names;
  private final Renaming renaming;

  /**
   * @param suffix of the old table's name
   */
  SameShape(Source source, Storage storage, String orderBy, String suffix) {
    this.source = source;
    this.storage = storage;
    this.orderBy = orderBy;
    this.names = new CopyNames(source.name());
    this.renaming = new Renaming(source, names, suffix);
  }

  @Override
  public String spec() {
    return "reorder by " + orderBy;
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
        "create table %s (like %s including all excluding indexes)%s"
            .formatted(names.copy().sql(), source.name().sql(), storage.with()));
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
    return List.of("lock table %s in access exclusive mode".formatted(source.name().sql()));
  }

  @Override
  public List<String> swap(Connection connection) throws SQLException {
    List<String> sql = new ArrayList<>(renaming.sql(connection));
    sql.addAll(marks(source, source.name()));
    return sql;
  }

  /** What refers to an index by its name. */
  static List<String> marks(Source source, TableName table) {
    List<String> sql = new ArrayList<>();
    for (SourceIndex index : source.indexes()) {
      if (index.clustered()) {
        sql.add(
            "alter table %s cluster on %s".formatted(table.sql(), SqlNames.quote(index.name())));
      }
      if (index.replicaIdentity()) {
        sql.add(
            "alter table %s replica identity using index %s"
                .formatted(table.sql(), SqlNames.quote(index.name())));
      }
    }
    return sql;
  }

  @Override
  public List<String> swapSql() {
    return renaming.tables();
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
