package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.Work;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds the copy's indexes: the key's first, then all changes so far are caught up, because only
 * then other unique columns need be unique. Nobody uses the copy, so no lock matters.
 */
final class IndexBuild {

  private static final String LEAVES =
      """
      select n.nspname, c.relname
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and (c.oid = %1$s::regclass
        or c.oid in (select relid from pg_partition_tree(%1$s::regclass) where isleaf))
      order by 1, 2
      """;

  private static final String EXISTS =
      """
      select exists (
        select from pg_index x join pg_class i on i.oid = x.indexrelid
        where i.relname = ? and x.indrelid = ?::regclass)
      """;

  private final CopyNames names;
  private final Shape shape;
  private final ChangeLog log;
  private final CatchUp catchUp;
  private final List<CopyIndex> indexes;

  IndexBuild(Source source, CopyNames names, Shape shape, ChangeLog log, CatchUp catchUp) {
    this.names = names;
    this.shape = shape;
    this.log = log;
    this.catchUp = catchUp;
    this.indexes = CopyIndex.of(source, shape.partitionColumn());
  }

  void build(Work work) throws SQLException {
    if (log instanceof KeyedLog keyed) {
      deduplicate(work, keyed);
      build(work, indexes.get(0));
      catchUp.run(work);
    }
    for (CopyIndex index : indexes) {
      build(work, index);
    }
    work.goOn();
    work.alone("analyze " + names.copy().sql());
  }

  private void deduplicate(Work work, KeyedLog keyed) throws SQLException {
    for (TableName leaf : work.read(c -> leaves(c, names.copy()))) {
      work.goOn();
      work.transaction(List.of(keyed.deduplicate(leaf.sql())));
    }
  }

  private void build(Work work, CopyIndex index) throws SQLException {
    List<TableName> leaves = work.read(c -> leaves(c, names.copy()));
    for (Shape.Placed placed : shape.placed(index, leaves)) {
      build(work, index, placed.table(), placed.name());
    }
  }

  private void build(Work work, CopyIndex index, TableName on, String name) throws SQLException {
    work.goOn();
    if (!work.read(c -> exists(c, on, name))) {
      work.progress("building index " + name, 0, -1);
      work.transaction(index.create(on, name));
    }
  }

  private static boolean exists(Connection connection, TableName on, String name)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(EXISTS)) {
      query.setString(1, name);
      query.setString(2, on.sql());
      try (ResultSet row = query.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /** The tables that hold a table's rows. */
  static List<TableName> leaves(Connection connection, TableName table) throws SQLException {
    String sql = LEAVES.formatted(SqlNames.literal(table.sql()));
    try (PreparedStatement query = connection.prepareStatement(sql);
        ResultSet row = query.executeQuery()) {
      List<TableName> leaves = new ArrayList<>();
      while (row.next()) {
        leaves.add(new TableName(row.getString(1), row.getString(2)));
      }
      return leaves;
    }
  }

  List<String> sql() {
    List<String> sql = new ArrayList<>();
    if (log instanceof KeyedLog keyed) {
      sql.add(
          keyed.deduplicate(
              shape.partitionColumn().isPresent() ? "<each partition>" : names.copy().sql()));
    }
    indexes.forEach(index -> sql.addAll(index.create(names.copy(), index.meanwhile())));
    sql.add("analyze " + names.copy().sql());
    return sql;
  }
}
