package io.sluice.pgtask.copyswap;

import io.sluice.core.catalog.Names;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A plain copy of a partitioned table, which takes its name. The partitions are renamed too: who
 * goes on writing to one by its name gets an error, and not a row that nobody sees.
 */
final class UnpartitionLayout extends TableRewriteLayout {

  private final boolean dropOld;

  /**
   * @param storage of the copy
   */
  UnpartitionLayout(SourceTable source, StorageOptions storage, long batchBytes, boolean dropOld) {
    super(
        source,
        storage,
        new RewriteOptions(Optional.empty(), Optional.empty(), batchBytes),
        ConvertLayout.OLD);
    this.dropOld = dropOld;
  }

  @Override
  public String spec() {
    return "unpartition";
  }

  @Override
  public String relkind() {
    return "p";
  }

  /** What a table or partition is called afterwards. */
  static TableName old(TableName table) {
    return table.sibling(Names.withSuffix(table.name(), ConvertLayout.OLD));
  }

  /** LOCK TABLE takes all partitions too. */
  @Override
  public List<String> swap(Connection connection) throws SQLException {
    List<String> sql = new ArrayList<>(super.swap(connection));
    for (TableName partition : SourceReader.partitions(connection, source)) {
      sql.add(
          "alter table %s rename to %s"
              .formatted(partition.sql(), SqlNames.quote(old(partition).name())));
    }
    return sql;
  }

  @Override
  public List<String> swapSql() {
    List<String> sql = new ArrayList<>(super.swapSql());
    sql.add("<each partition gets a name that ends in %s>".formatted(ConvertLayout.OLD));
    return sql;
  }

  @Override
  public boolean dropOld() {
    return dropOld;
  }
}
