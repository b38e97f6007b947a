package io.sluice.pgtask.maintenance;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.StepResult;
import io.sluice.pgtask.task.HumanFormat;
import java.sql.SQLException;
import java.util.List;

/** The step of an item, with the size of its table before and after it. */
final class MeasuredStep implements Step {

  private static final String DISK_FULL = "53100";

  private final WorkItem item;
  private final Step step;
  private long before;
  private long after;
  private boolean diskFull;

  MeasuredStep(WorkItem item, Step step) {
    this.item = item;
    this.step = step;
  }

  @Override
  public String description() {
    return step.description();
  }

  @Override
  public List<String> sql() {
    return step.sql();
  }

  @Override
  public StepResult run(StepContext context) throws SQLException {
    before = size(context, item.table().name());
    StepResult result;
    try {
      result = step.run(context);
    } catch (SQLException e) {
      diskFull = DISK_FULL.equals(e.getSQLState());
      throw diskFull ? tooLarge(e) : e;
    }
    after = size(context, item.table().name());
    return result.and(item.kind().result(), 1).and("bytesFreed", freed());
  }

  /** Bytes given back to the disk. */
  long freed() {
    return Math.max(0, before - after);
  }

  /** For people, after it is done. */
  String describeFreed() {
    return freed() == 0
        ? "done, no disk space freed"
        : "freed %s (%s, now %s)"
            .formatted(
                HumanFormat.bytes(freed()), HumanFormat.bytes(before), HumanFormat.bytes(after));
  }

  /** Whether it failed because the server's disk became full. */
  boolean diskFull() {
    return diskFull;
  }

  private SQLException tooLarge(SQLException e) {
    String needs = "the server's disk is full; this needs about %s of free space while it runs: %s";
    return new SQLException(
        needs.formatted(HumanFormat.bytes(item.space()), e.getMessage()), e.getSQLState(), e);
  }

  private static long size(StepContext context, TableName table) throws SQLException {
    return context.read(
        c -> Sql.number(c, "select pg_total_relation_size(?::regclass)", table.sql()));
  }

  @Override
  public void undo(StepContext context) throws SQLException {
    step.undo(context);
  }
}
