package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.copyswap.CopySwap;
import io.sluice.pgtask.copyswap.CopySwap.Rewritten;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepResult;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.run.Work;
import io.sluice.pgtask.task.Sizes;
import java.sql.SQLException;
import java.util.List;

/**
 * Rewrites a table by Sluice's own copy and swap.
 *
 * @param why for people
 * @param orderBy SQL
 */
record CopyJob(String why, String orderBy) implements Job {

  @Override
  public Made make(TaskRun run, Item item) throws SQLException {
    TableName table = item.table().name();
    Rewritten rewritten = CopySwap.reorder(run, table, orderBy);
    if (!rewritten.done()) {
      return Made.not(false);
    }
    long after = rewritten.bytesAfter().orElse(rewritten.bytesBefore());
    long won = Math.max(0, rewritten.bytesBefore() - after);
    run.step(new Statistics(item, won));
    return new Made(
        true,
        false,
        "Rewrote %s in the order of %s, because %s: won %s (%s, now %s)"
            .formatted(
                table,
                orderBy,
                why,
                Sizes.words(won),
                Sizes.words(rewritten.bytesBefore()),
                Sizes.words(after)));
  }

  /** The new table has none; counts what was won. */
  private record Statistics(Item item, long won) implements Step {

    @Override
    public String words() {
      return "Analyze " + item.table().name() + ": it was written anew";
    }

    @Override
    public List<String> sql() {
      return List.of("analyze " + item.table().name().sql());
    }

    @Override
    public StepResult run(Work work) throws SQLException {
      work.found(item.kind().result(), 1);
      work.found("bytesFreed", won);
      work.alone(sql().get(0));
      return StepResult.done();
    }
  }
}
