package io.sluice.pgtask.copyswap;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A copy of a plain table like itself, which takes its name. */
class TableRewriteLayout extends RewriteLayout {

  /**
   * @param suffix of the old table's name
   */
  TableRewriteLayout(
      SourceTable source, StorageOptions storage, RewriteOptions options, String suffix) {
    super(source, storage, options, suffix);
  }

  @Override
  public String spec() {
    return options.spec();
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
  public List<String> locks() {
    return List.of("lock table %s in access exclusive mode".formatted(source.name().sql()));
  }

  @Override
  public List<String> swap(Connection connection) throws SQLException {
    return renaming.sql(connection);
  }

  @Override
  public List<String> swapSql() {
    return renaming.tables();
  }
}
