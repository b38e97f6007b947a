package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.copyswap.CopySwap;
import io.sluice.pgtask.copyswap.CopySwap.RewriteResult;
import io.sluice.pgtask.copyswap.RewriteOptions;
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
 */
record CopySwapJob(String why, RewriteOptions options) implements Job {

  @Override
  public Outcome make(TaskRun run, WorkItem item) throws SQLException {
    TableName table = item.table().name();
    RewriteResult rewritten = CopySwap.rewrite(run, table, options);
    if (!rewritten.done()) {
      return Outcome.not(false);
    }
    if (run.dry()) {
      run.note("%s: %s".formatted(item.what(), why));
    }
    long after = rewritten.bytesAfter().orElse(rewritten.bytesBefore());
    long freed = Math.max(0, rewritten.bytesBefore() - after);
    run.step(new Analyze(item, rewritten.bytesBefore(), after));
    return new Outcome(
        true,
        false,
        "Rewrote %s%s, because %s: freed %s (%s, now %s)"
            .formatted(
                table,
                options.words(),
                why,
                HumanFormat.bytes(freed),
                HumanFormat.bytes(rewritten.bytesBefore()),
                HumanFormat.bytes(after)));
  }

  /** The new table has none; counts what was won. */
  private record Analyze(WorkItem item, long before, long after) implements Step {

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
      context.addResult("bytesBefore", before);
      context.addResult("bytesAfter", after);
      context.addResult("bytesFreed", Math.max(0, before - after));
      context.autocommit(sql().get(0));
      return StepResult.done();
    }
  }
}
