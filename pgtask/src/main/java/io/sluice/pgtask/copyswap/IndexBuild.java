package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.StepContext;
import java.sql.Connection;
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
      where c.relkind = 'r' and (c.oid = to_regclass(%1$s)
        or c.oid in (select relid from pg_partition_tree(to_regclass(%1$s)) where isleaf))
      order by 1, 2
      """;

  private static final String EXISTS =
      """
      select exists (
        select from pg_index x join pg_class i on i.oid = x.indexrelid
        where i.relname = ? and x.indrelid = ?::regclass)
      """;

  private final CopyNames names;
  private final CopyLayout layout;
  private final ChangeLog log;
  private final CatchUp catchUp;
  private final List<CopyIndex> indexes;

  IndexBuild(
      SourceTable source, CopyNames names, CopyLayout layout, ChangeLog log, CatchUp catchUp) {
    this.names = names;
    this.layout = layout;
    this.log = log;
    this.catchUp = catchUp;
    this.indexes = CopyIndex.of(source, layout.partitionColumn());
  }

  void build(StepContext context) throws SQLException {
    deduplicate(context);
    build(context, indexes.get(0));
    catchUp.run(context);
    for (CopyIndex index : indexes) {
      build(context, index);
    }
    context.checkNotEnded();
    context.autocommit("analyze " + names.copy().sql());
  }

  private void deduplicate(StepContext context) throws SQLException {
    for (TableName leaf : context.read(c -> leaves(c, names.copy()))) {
      context.checkNotEnded();
      context.transaction(log.deduplicate(leaf.sql()));
    }
  }

  private void build(StepContext context, CopyIndex index) throws SQLException {
    List<TableName> leaves = context.read(c -> leaves(c, names.copy()));
    for (CopyLayout.Placed placed : layout.placed(index, leaves)) {
      build(context, index, placed.table(), placed.name());
    }
  }

  private void build(StepContext context, CopyIndex index, TableName on, String name)
      throws SQLException {
    context.checkNotEnded();
    if (!context.read(c -> exists(c, on, name))) {
      context.progress("building index " + name, 0, -1);
      context.transaction(create(index, on, name));
    }
  }

  private List<String> create(CopyIndex index, TableName on, String name) {
    return index.create(on, name, partitioned(on), layout.tablespace(index.source()));
  }

  private boolean partitioned(TableName table) {
    return layout.partitionColumn().isPresent() && table.equals(names.copy());
  }

  private static boolean exists(Connection connection, TableName on, String name)
      throws SQLException {
    return Sql.isTrue(connection, EXISTS, name, on.sql());
  }

  /** The tables that hold a table's rows. */
  static List<TableName> leaves(Connection connection, TableName table) throws SQLException {
    String sql = LEAVES.formatted(SqlNames.literal(table.sql()));
    return Sql.list(connection, sql, TableName::read);
  }

  List<String> sql() {
    List<String> sql =
        new ArrayList<>(
            log.deduplicate(
                layout.partitionColumn().isPresent() ? "<each partition>" : names.copy().sql()));
    for (CopyIndex index : indexes) {
      sql.addAll(create(index, names.copy(), index.meanwhile()));
    }
    sql.add("analyze " + names.copy().sql());
    return sql;
  }
}
