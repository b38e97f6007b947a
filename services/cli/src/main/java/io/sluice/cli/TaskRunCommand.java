package io.sluice.cli;

import io.sluice.pgtask.run.RunLog;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.task.Task;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

  private static final Duration LOOK = Duration.ofMillis(300);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

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
    String instance = "cli-" + ProcessHandle.current().pid() + "-" + UUID.randomUUID();
    try (TaskRunner runner = line.runner(instance)) {
      return dryRun
          ? dryRun(runner, task)
          : live(line, runner, outsideWindow ? withoutWindows(task) : task, instance);
    }
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

  private record Shown(String words, List<String> sql) {}

  private record Dry(String task, List<Shown> steps, List<String> notes, List<String> problems) {}

  private int dryRun(TaskRunner runner, Task task) throws SQLException {
    List<Shown> steps = new ArrayList<>();
    RunResult result = runner.dryRun(task, (words, sql) -> steps.add(new Shown(words, sql)));
    session.print(
        new Dry(task.name(), steps, result.notes(), result.problems()),
        () -> script(task, steps, result));
    return result.problems().isEmpty() ? Exit.OK : Exit.PROBLEMS;
  }

  private void script(Task task, List<Shown> steps, RunResult result) {
    PrintWriter out = session.out();
    comment(
        "task %s (%s) in database %s at %s: %s"
            .formatted(
                task.name(),
                task.spec().kind(),
                task.database(),
                session.format().time(session.terminal.clock().instant()),
                steps.isEmpty() ? "nothing to do" : steps.size() + " steps"));
    int n = 0;
    for (Shown step : steps) {
      out.println();
      comment(++n + ". " + step.words());
      step.sql().forEach(sql -> out.println(sql.strip().replaceFirst(";$", "") + ";"));
    }
    result.notes().forEach(note -> comment("note: " + note));
    result.problems().forEach(problem -> comment("problem: " + problem));
  }

  private void comment(String text) {
    text.lines().forEach(line -> session.out().println("-- " + line));
  }

  private int live(TaskLine line, TaskRunner runner, Task task, String instance) {
    RunLog log = line.log();
    Thread cancel = new Thread(runner::close, "sluice-cancel");
    Runtime.getRuntime().addShutdownHook(cancel);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Progress progress = new Progress(log, task.name(), instance);
      Future<Optional<RunResult>> run = thread.submit(() -> start(runner, task));
      while (!ended(run)) {
        progress.print();
      }
      Optional<RunResult> result = result(run);
      progress.print();
      return result.map(r -> ended(task, r)).orElseGet(() -> alreadyRunning(log, task));
    } finally {
      thread.shutdown();
      Runtime.getRuntime().removeShutdownHook(cancel);
    }
  }

  private Optional<RunResult> start(TaskRunner runner, Task task) throws InterruptedException {
    Optional<RunResult> result = runner.run(task, null);
    while (result.isEmpty() && waiting) {
      TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis());
      result = runner.run(task, null);
    }
    return result;
  }

  private static boolean ended(Future<?> run) {
    try {
      run.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true; // said by result
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static Optional<RunResult> result(Future<Optional<RunResult>> run) {
    try {
      return run.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private int ended(Task task, RunResult result) {
    session.print(
        result,
        () -> {
          PrintWriter out = session.out();
          result.notes().forEach(note -> out.println("note: " + note));
          result.problems().forEach(problem -> out.println("problem: " + problem));
          String values = TaskHistoryCommand.values(result.values());
          out.printf(
              "%s %s: %d steps in %s%s%n",
              task.name(),
              result.state().label(),
              result.steps(),
              session.format().duration(result.took()),
              values.isEmpty() ? "" : "; " + values);
        });
    return result.state() == RunResult.State.DONE ? Exit.OK : Exit.PROBLEMS;
  }

  private int alreadyRunning(RunLog log, Task task) {
    String where =
        log.runs(Optional.of(task.name()), false, 1).stream()
            .findFirst()
            .map(
                run -> " since " + session.format().time(run.startedAt()) + " on " + run.instance())
            .orElse("");
    throw new UserError(
        Exit.PROBLEMS,
        task.name() + " is running already" + where,
        "Add --wait, or end it: sluice task cancel " + task.name());
  }

  /** Shows the steps of this process's run as the ledger gets them. */
  private final class Progress {

    private final RunLog log;
    private final String task;
    private final String instance;
    private int shown;
    private String said = "";

    Progress(RunLog log, String task, String instance) {
      this.log = log;
      this.task = task;
      this.instance = instance;
    }

    void print() {
      if (session.json) {
        return;
      }
      log.runs(Optional.of(task), false, 1).stream()
          .filter(run -> run.instance().equals(instance))
          .forEach(this::print);
    }

    private void print(RunLog.Run run) {
      for (RunLog.Made step : log.steps(run.id(), shown + 1)) {
        if (step.outcome().equals("running")) {
          break;
        }
        TaskHistoryCommand.print(session.out(), step, false);
        shown = step.n();
      }
      session.out().flush();
      if (run.progress() != null && !run.progress().equals(said)) {
        said = run.progress();
        session.err().println("      … " + said);
        session.err().flush();
      }
    }
  }
}
