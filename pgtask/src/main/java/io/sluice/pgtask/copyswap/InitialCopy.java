package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.copyswap.CopySwapState.Phase;
import io.sluice.pgtask.run.StepContext;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Begins to log changes, then copies the table: in ranges of blocks, a transaction each, or at once
 * in a given order. Rows that a range has in blocks behind it when they come are in the log.
 */
final class InitialCopy {

  /**
   * Partitions may have unique indexes already. What meets a row of an earlier batch there was
   * changed meanwhile, or that row was: it is in the log.
   */
  private static final String CONFLICTS = " on conflict do nothing";

  /** Those that hold its rows; none if it has no partitions, or is no partition. */
  private static final String LEAVES =
      """
      select c.oid::int8, n.nspname, c.relname
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.oid in (select relid from pg_partition_tree(?::oid) where isleaf)
      order by c.oid
      """;

  /** A table that holds rows. */
  private record Leaf(long oid, TableName name) {
    String rows() {
      return "only " + name.sql();
    }
  }

  private final SourceTable source;
  private final CopyNames names;
  private final CopyLayout layout;
  private final ChangeLog log;
  private final CatchUp catchUp;
  private final long batchBlocks;

  InitialCopy(
      SourceTable source,
      CopyNames names,
      CopyLayout layout,
      ChangeLog log,
      CatchUp catchUp,
      long batchBytes) {
    this.source = source;
    this.names = names;
    this.layout = layout;
    this.log = log;
    this.catchUp = catchUp;
    this.batchBlocks = Math.max(1, batchBytes / source.blockSize());
  }

  void fill(StepContext context, Phase phase) throws SQLException {
    if (phase == Phase.MADE) {
      watch(context);
    }
    if (layout.order().isPresent()) {
      copyOrdered(context);
    } else {
      copyBlocks(context);
    }
  }

  private void watch(StepContext context) throws SQLException {
    List<String> sql = new ArrayList<>(log.watch());
    sql.add(CopySwapState.watched(names, log));
    sql.add(fromTheStartOf(leaves(context).get(0)));
    context.transaction(sql);
  }

  private String fromTheStartOf(Leaf leaf) {
    return CopySwapState.fromTheStartOf(names, leaf.oid(), source.blockSize());
  }

  private List<Leaf> leaves(StepContext context) throws SQLException {
    List<Leaf> leaves =
        context.read(
            c ->
                Sql.list(
                    c,
                    LEAVES,
                    row ->
                        new Leaf(row.getLong(1), new TableName(row.getString(2), row.getString(3))),
                    source.oid()));
    return leaves.isEmpty() ? List.of(new Leaf(source.oid(), source.name())) : leaves;
  }

  private void copyBlocks(StepContext context) throws SQLException {
    List<Leaf> leaves = leaves(context);
    CopySwapState state = state(context);
    int n = leaves.stream().map(Leaf::oid).toList().indexOf(state.leaf());
    while (n < leaves.size()) {
      context.read(this::verifyUnchanged);
      List<String> sql = new ArrayList<>();
      if (n < 0 || !copyBlocks(context, leaves.get(n), state)) {
        sql.add("truncate " + names.copy().sql());
        n = -1;
      }
      n++;
      sql.add(
          n < leaves.size()
              ? fromTheStartOf(leaves.get(n))
              : CopySwapState.to(names, Phase.COPIED));
      context.transaction(sql);
      state = state(context);
    }
  }

  private boolean verifyUnchanged(Connection connection) throws SQLException {
    SourceReader.onlyCatalog(connection);
    new LastLook(source, names, layout, log).verifyUnchanged(connection);
    return true;
  }

  private CopySwapState state(StepContext context) throws SQLException {
    return context.read(c -> CopySwapState.read(c, names)).orElseThrow();
  }

  /** False if its rows lie elsewhere now, so that the copy begins anew. */
  private boolean copyBlocks(StepContext context, Leaf leaf, CopySwapState state)
      throws SQLException {
    long next = state.next();
    while (next < state.blocks()) {
      context.checkNotEnded();
      catchUp.checkLog(context);
      long to = Math.min(next + batchBlocks, state.blocks());
      if (!copyBatch(context, leaf, state.fileNode(), next, to)) {
        return false;
      }
      next = to;
      context.progress(
          "copying " + leaf.name() + ", bytes",
          next * source.blockSize(),
          state.blocks() * source.blockSize());
    }
    return true;
  }

  private boolean copyBatch(StepContext context, Leaf leaf, long fileNode, long from, long to)
      throws SQLException {
    String rows = leaf.rows() + " as s where " + range(from, to);
    try {
      return context.transaction(c -> copyBatch(c, leaf, fileNode, rows, to));
    } catch (SQLException e) {
      if (catchUp.makeRoom(context, e, rows)) {
        return copyBatch(context, leaf, fileNode, from, to);
      }
      throw e;
    }
  }

  private boolean copyBatch(Connection connection, Leaf leaf, long fileNode, String rows, long to)
      throws SQLException {
    if (!sameStorage(connection, leaf, fileNode)) {
      return false;
    }
    Sql.execute(connection, log.insertIntoCopy() + " from " + rows + CONFLICTS);
    Sql.execute(connection, CopySwapState.copiedUpTo(names, to));
    return true;
  }

  /** VACUUM FULL, CLUSTER and TRUNCATE give a table new storage; the lock keeps them away. */
  private static boolean sameStorage(Connection connection, Leaf leaf, long fileNode)
      throws SQLException {
    Sql.execute(connection, "lock table %s in access share mode".formatted(leaf.rows()));
    return Sql.number(
            connection, "select pg_relation_filenode(%d::oid)::int8".formatted(leaf.oid()))
        == fileNode;
  }

  private void copyOrdered(StepContext context) throws SQLException {
    context.transaction(
        List.of(
            insert("only " + source.name().sql()) + " order by " + layout.order().orElseThrow(),
            CopySwapState.to(names, Phase.COPIED)));
  }

  private String insert(String rows) {
    return log.insertIntoCopy() + " from " + rows + " as s";
  }

  private static String range(long from, long to) {
    return "s.ctid >= '(%d,0)'::tid and s.ctid < '(%d,0)'::tid".formatted(from, to);
  }

  List<String> sql() {
    List<String> sql = new ArrayList<>();
    sql.add(
        insert(source.partitioned() ? "only <each partition>" : "only " + source.name().sql())
            + layout
                .order()
                .map(order -> " order by " + order)
                .orElse(
                    " where s.ctid >= '(<block>,0)'::tid and s.ctid < '(<block>,0)'::tid"
                        + CONFLICTS));
    return sql;
  }
}
