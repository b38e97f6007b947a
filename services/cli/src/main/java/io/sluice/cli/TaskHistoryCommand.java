package io.sluice.cli;

import io.sluice.pgtask.run.RunLog;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What ran, and what it did. */
@Command(
    name = "history",
    description = "Lists runs, latest first; with --run, what one of them did, step by step.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  sluice task history rotate-cdr --limit 5",
      "  sluice task history --failed",
      "  sluice task history --run 4711 --sql"
    })
final class TaskHistoryCommand implements Callable<Integer> {

  private static final int MOST = 10_000;

  private final Session session;

  @Parameters(paramLabel = "TASK", arity = "0..1", description = "Only runs of this task.")
  private String task;

  @Option(names = "--run", paramLabel = "ID", description = "The steps of this run.")
  private Long run;

  @Option(names = "--sql", description = "With --run: the SQL of each step too.")
  private boolean sql;

  @Option(names = "--failed", description = "Only runs that did not do everything that was due.")
  private boolean failed;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "At most this many. Default: ${DEFAULT-VALUE}.")
  private int limit;

  TaskHistoryCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    TaskLine line = new TaskLine(session);
    RunLog log = line.log();
    if (run != null) {
      show(log, log.run(run).orElseThrow(() -> unknown(run)));
      return Exit.OK;
    }
    if (limit < 1 || limit > MOST) {
      throw UserError.usage("--limit must be between 1 and " + MOST, "");
    }
    List<RunLog.Run> runs = log.runs(Optional.ofNullable(task), failed, limit);
    if (runs.isEmpty() && task != null) {
      line.task(task); // one that was removed may have a history, one that never was has none
    }
    session.print(runs, () -> session.print(table(runs), "no matching runs"));
    return Exit.OK;
  }

  private static UserError unknown(long run) {
    return new UserError(Exit.PROBLEMS, "there is no run " + run, "See: sluice task history");
  }

  private Table table(List<RunLog.Run> runs) {
    Format format = session.format();
    Table table =
        session.table(
            ">RUN", "TASK", "STATE", "STARTED", ">TOOK", ">STEPS", "RESULT", ">PROBLEMS", "BY");
    for (RunLog.Run one : runs) {
      table.row(
          one.id(),
          one.task(),
          one.cancel() && one.endedAt() == null ? "cancelling" : one.state(),
          format.time(one.startedAt()),
          format.duration(took(one)),
          one.steps(),
          one.progress() == null ? values(one.result()) : one.progress(),
          one.problems().size(),
          one.by());
    }
    return table;
  }

  private Duration took(RunLog.Run one) {
    Instant end = one.endedAt() == null ? session.terminal.clock().instant() : one.endedAt();
    return Duration.between(one.startedAt(), end);
  }

  /** {@code bytesFreed 12, rows 3}. */
  static String values(Map<String, Long> values) {
    return values.entrySet().stream()
        .map(entry -> entry.getKey() + " " + String.format("%,d", entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  private record Whole(RunLog.Run run, List<RunLog.RecordedStep> steps) {}

  private void show(RunLog log, RunLog.Run one) {
    List<RunLog.RecordedStep> steps = log.steps(one.id(), 1);
    session.print(
        new Whole(one, steps),
        () -> {
          PrintWriter out = session.out();
          Format format = session.format();
          out.printf(
              "run %d of %s (%s, database %s) by %s: %s%n",
              one.id(), one.task(), one.kind(), one.database(), one.by(), one.state());
          out.printf(
              "%s, %s, on %s%n",
              format.time(one.startedAt()), format.duration(took(one)), one.instance());
          steps.forEach(step -> print(out, step, sql));
          one.notes().forEach(note -> out.println("note: " + note));
          one.problems().forEach(problem -> out.println("problem: " + problem));
          if (!one.result().isEmpty()) {
            out.println("result: " + values(one.result()));
          }
        });
  }

  static void print(PrintWriter out, RunLog.RecordedStep step, boolean sql) {
    String took = step.took() == null ? "" : " (%.1f s)".formatted(step.took().toMillis() / 1000.0);
    String attempts = step.attempts() > 1 ? ", " + step.attempts() + " attempts" : "";
    String error = step.error() == null ? "" : ": " + step.error();
    boolean done = step.outcome().equals("done");
    out.printf(
        "%4d. %s%s%s%s%s%n",
        step.n(), step.words(), took, attempts, done ? "" : " " + step.outcome(), error);
    if (!step.result().isEmpty()) {
      out.println("      " + values(step.result()));
    }
    if (sql) {
      step.sql().lines().forEach(line -> out.println("      " + line));
    }
  }
}
