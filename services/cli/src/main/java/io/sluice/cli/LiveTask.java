package io.sluice.cli;

import io.sluice.core.fate.PauseStage;
import io.sluice.pgtask.run.RunLog;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.task.Task;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs a task in this process and shows its steps as they are made. */
final class LiveTask {

  private static final Duration LOOK = Duration.ofMillis(300);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final Session session;
  private final TaskLine line;

  LiveTask(Session session, TaskLine line) {
    this.session = session;
    this.line = line;
  }

  /**
   * Runs it; returns the exit code.
   *
   * @param waiting whether another run of it is waited for
   */
  int run(Task task, boolean waiting) {
    line.source(task.database());
    String instance = "cli-" + ProcessHandle.current().pid() + "-" + UUID.randomUUID();
    try (TaskRunner runner = line.runner(instance)) {
      return run(runner, task, waiting, instance);
    }
  }

  private int run(TaskRunner runner, Task task, boolean waiting, String instance) {
    RunLog log = line.log();
    Thread cancel = new Thread(() -> stop(runner, task), "sluice-cancel");
    Runtime.getRuntime().addShutdownHook(cancel);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Progress progress = new Progress(log, task.name(), instance);
      Future<Optional<RunResult>> run = thread.submit(() -> start(runner, task, waiting));
      while (!ended(run)) {
        progress.print();
      }
      Optional<RunResult> result = result(task, run);
      progress.print();
      return result.map(r -> ended(task, r)).orElseGet(() -> alreadyRunning(log, task));
    } finally {
      thread.shutdown();
      Runtime.getRuntime().removeShutdownHook(cancel);
    }
  }

  private void stop(TaskRunner runner, Task task) {
    runner.close();
    session
        .err()
        .println(
            "stopped; the next run continues what is half done, sluice task abandon %s removes it"
                .formatted(task.name()));
    session.err().flush();
  }

  private Optional<RunResult> start(TaskRunner runner, Task task, boolean waiting)
      throws InterruptedException {
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

  private Optional<RunResult> result(Task task, Future<Optional<RunResult>> run) {
    try {
      return run.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PauseStage outage) {
        throw line.named(task.database(), outage);
      }
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
        task.name() + " is already running" + where,
        "Add --wait, or stop it: sluice task cancel " + task.name());
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
      for (RunLog.RecordedStep step : log.steps(run.id(), shown + 1)) {
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
