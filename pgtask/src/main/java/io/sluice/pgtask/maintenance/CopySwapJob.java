package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.copyswap.CopySwap;
import io.sluice.pgtask.copyswap.CopySwap.RewriteResult;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.StepResult;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.HumanFormat;
import java.sql.SQLException;
import java.util.List;

/**
 * Rewrites a table by Sluice's own copy and swap.
 *
 * @param why for people
 * @param orderBy SQL
 */
record CopySwapJob(String why, String orderBy) implements Job {

  @Override
  public Outcome make(TaskRun run, WorkItem item) throws SQLException {
    TableName table = item.table().name();
    RewriteResult rewritten = CopySwap.reorder(run, table, orderBy);
    if (!rewritten.done()) {
      return Outcome.not(false);
    }
    long after = rewritten.bytesAfter().orElse(rewritten.bytesBefore());
    long freed = Math.max(0, rewritten.bytesBefore() - after);
    run.step(new Analyze(item, freed));
    return new Outcome(
        true,
        false,
        "Rewrote %s ordered by %s, because %s: freed %s (%s, now %s)"
            .formatted(
                table,
                orderBy,
                why,
                HumanFormat.bytes(freed),
                HumanFormat.bytes(rewritten.bytesBefore()),
                HumanFormat.bytes(after)));
  }

  /** The new table has none; counts what was won. */
  private record Analyze(WorkItem item, long freed) implements Step {

    @Override
    public String description() {
      return "Analyze " + item.table().name() + ": it was rewritten";
    }

    @Override
    public List<String> sql() {
      return List.of("analyze " + item.table().name().sql());
    }

    @Override
    public StepResult run(StepContext context) throws SQLException {
      context.addResult(item.kind().result(), 1);
      context.addResult("bytesFreed", freed);
      context.autocommit(sql().get(0));
      return StepResult.done();
    }
  }
}
