package io.sluice.cli;

import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSpec;
import io.sluice.pgtask.task.Window;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a task in this process. */
@Command(
    name = "run",
    description = {
      "Runs a task now, in this process, and shows each step.",
      "No other process runs it meanwhile. The run is recorded in the history. Ctrl-C stops it: what"
          + " is half done is kept for the next run, unless sluice task abandon removes it.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sluice task run rotate-cdr",
      "  sluice task run feed/nr-pm --dry-run > steps.sql",
      "  sluice task run convert-cdr --outside-window --wait"
    })
final class TaskRunCommand implements Callable<Integer> {

  private final Session session;

  @Parameters(paramLabel = "TASK", description = "Its name.")
  private String name;

  @Option(
      names = "--dry-run",
      description =
          "Change nothing; print the SQL of each step, described in comments with the locks that"
              + " it takes. The script is valid except for values in <angle brackets>, which only"
              + " a real run can know.")
  private boolean dryRun;

  @Option(names = "--wait", description = "If it is already running, wait for that run to end.")
  private boolean waiting;

  @Option(names = "--outside-window", description = "Run it even outside its windows.")
  private boolean outsideWindow;

  @Option(
      names = "--yes",
      description =
          "Let expire what a rotation refuses: more than mostShare of a table's partitions, or by a"
              + " largest id that is far from the others.")
  private boolean yes;

  TaskRunCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws SQLException {
    TaskLine line = new TaskLine(session);
    Task task = yes ? confirmed(line.task(name)) : line.task(name);
    return dryRun
        ? new DryTask(session, line).show(task)
        : new LiveTask(session, line).run(outsideWindow ? withoutWindows(task) : task, waiting);
  }

  private static Task withoutWindows(Task task) {
    return with(task, List.of(), task.spec());
  }

  private static Task confirmed(Task task) {
    if (task.spec() instanceof PartitionSpec spec) {
      return with(task, task.windows(), spec.confirm());
    }
    throw UserError.usage(
        "--yes is for tasks that rotate partitions, and " + task.name() + " does not", "Omit it");
  }

  private static Task with(Task task, List<Window> windows, TaskSpec spec) {
    return new Task(
        task.name(),
        task.description(),
        task.database(),
        task.zone(),
        task.schedule(),
        windows,
        task.limits(),
        spec);
  }
}
