package io.sluice.cli;

import io.sluice.pgtask.task.Task;
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
      "Other processes do not run it meanwhile. Ctrl-C cancels it. The run is in the history.",
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
          "Change nothing; print the SQL of each step, its words as comments: a valid script but"
              + " for what stands in <angle brackets>, which only the run can know.")
  private boolean dryRun;

  @Option(names = "--wait", description = "If it is running, wait until that run has ended.")
  private boolean waiting;

  @Option(names = "--outside-window", description = "Run it although none of its windows is open.")
  private boolean outsideWindow;

  TaskRunCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws SQLException {
    TaskLine line = new TaskLine(session);
    Task task = line.task(name);
    return dryRun
        ? new DryTask(session, line).show(task)
        : new LiveTask(session, line).run(outsideWindow ? withoutWindows(task) : task, waiting);
  }

  private static Task withoutWindows(Task task) {
    return new Task(
        task.name(),
        task.description(),
        task.database(),
        task.zone(),
        task.schedule(),
        List.of(),
        task.limits(),
        task.spec());
  }
}
