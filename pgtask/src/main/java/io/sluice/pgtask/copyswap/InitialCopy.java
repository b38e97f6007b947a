package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
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
    sql.add(CopySwapState.fromTheStart(names, source));
    context.transaction(sql);
  }

  private void copyBlocks(StepContext context) throws SQLException {
    CopySwapState state = context.read(c -> CopySwapState.read(c, names)).orElseThrow();
    long next = state.next();
    while (next < state.blocks()) {
      context.checkNotEnded();
      catchUp.checkLog(context);
      long to = Math.min(next + batchBlocks, state.blocks());
      if (copyBatch(context, state.fileNode(), next, to)) {
        next = to;
      } else {
        state = fromTheStart(context);
        next = 0;
      }
      context.progress(
          "copying " + source.name() + ", bytes",
          next * source.blockSize(),
          state.blocks() * source.blockSize());
    }
    context.transaction(List.of(CopySwapState.to(names, Phase.COPIED)));
  }

  private CopySwapState fromTheStart(StepContext context) throws SQLException {
    context.transaction(
        List.of("truncate " + names.copy().sql(), CopySwapState.fromTheStart(names, source)));
    return context.read(c -> CopySwapState.read(c, names)).orElseThrow();
  }

  private boolean copyBatch(StepContext context, long fileNode, long from, long to)
      throws SQLException {
    String rows = "only " + source.name().sql() + " as s where " + range(from, to);
    try {
      return context.transaction(c -> copyBatch(c, fileNode, rows, to));
    } catch (SQLException e) {
      if (catchUp.makeRoom(context, e, rows)) {
        return copyBatch(context, fileNode, from, to);
      }
      throw e;
    }
  }

  /** False if the table's rows lie elsewhere now, so that the copy begins anew. */
  private boolean copyBatch(Connection connection, long fileNode, String rows, long to)
      throws SQLException {
    if (!sameStorage(connection, fileNode)) {
      return false;
    }
    Sql.execute(connection, log.insertIntoCopy() + " from " + rows + CONFLICTS);
    Sql.execute(connection, CopySwapState.copiedUpTo(names, to));
    return true;
  }

  /** VACUUM FULL, CLUSTER and TRUNCATE give a table new storage; the lock keeps them away. */
  private boolean sameStorage(Connection connection, long fileNode) throws SQLException {
    Sql.execute(
        connection, "lock table only %s in access share mode".formatted(source.name().sql()));
    return Sql.number(
            connection, "select pg_relation_filenode(%d::oid)::int8".formatted(source.oid()))
        == fileNode;
  }

  private void copyOrdered(StepContext context) throws SQLException {
    context.transaction(
        List.of(
            insert() + " order by " + layout.order().orElseThrow(),
            CopySwapState.to(names, Phase.COPIED)));
  }

  private String insert() {
    return log.insertIntoCopy() + " from only " + source.name().sql() + " as s";
  }

  private static String range(long from, long to) {
    return "s.ctid >= '(%d,0)'::tid and s.ctid < '(%d,0)'::tid".formatted(from, to);
  }

  List<String> sql() {
    List<String> sql = new ArrayList<>();
    sql.add(
        insert()
            + layout
                .order()
                .map(order -> " order by " + order)
                .orElse(
                    " where s.ctid >= '(<block>,0)'::tid and s.ctid < '(<block>,0)'::tid"
                        + CONFLICTS));
    return sql;
  }
}
