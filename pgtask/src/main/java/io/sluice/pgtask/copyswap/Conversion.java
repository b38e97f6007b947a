package io.sluice.pgtask.copyswap;

import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.SqlStep;
import io.sluice.pgtask.run.TaskKind;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.HumanFormat;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Turns a plain table into a partitioned one while it is used: {@link CopySwapStep} into a
 * partitioned copy. A run that was broken off is carried on by the next.
 */
public final class Conversion implements TaskKind<ConvertSpec> {

  @Override
  public void run(ConvertSpec spec, TaskRun run) throws SQLException {
    TableName name = TableName.parse(spec.table());
    if (!SwapCleanup.afterEarlierRun(run, new CopyNames(name))) {
      return;
    }
    Optional<SourceTable> source = run.read(c -> SourceReader.read(c, name));
    if (source.isEmpty()) {
      run.problem(
          "there is no table " + name + "; correct table: in this task, or remove the task");
    } else if (source.get().kind().equals("p")) {
      run.note(
          name + " is already partitioned; there is nothing to do, and this task can be removed");
    } else {
      convert(spec, run, source.get());
    }
  }

  private static void convert(ConvertSpec spec, TaskRun run, SourceTable source)
      throws SQLException {
    Optional<ConvertLayout> layout = new ConversionPlan(spec, run, source).make();
    if (layout.isEmpty()) {
      return;
    }
    move(
        run,
        source,
        layout.get(),
        "Convert %s (%s) online to a table partitioned by %s"
            .formatted(source.name(), HumanFormat.bytes(source.bytes()), spec.column()),
        spec.batchBytes());
  }

  /** The move, and what it leaves to do. */
  static void move(
      TaskRun run, SourceTable source, CopyLayout layout, String description, long batchBytes)
      throws SQLException {
    CopySwapStep move = new CopySwapStep(description, source, layout, batchBytes);
    if (run.step(move)) {
      move.longestBlock()
          .ifPresent(
              millis ->
                  run.note(
                      "%s was locked for %d ms during the swap".formatted(source.name(), millis)));
      run.step(
          SqlStep.transaction(
              "Refresh the statistics of " + source.name(),
              List.of("analyze " + source.name().sql())));
      SwapCleanup.of(new CopyNames(source.name()), layout).run(run);
    }
  }
}
