package io.sluice.cli;

import io.sluice.core.feed.Feeds;
import io.sluice.core.yaml.Problem;
import io.sluice.pgtask.declaration.TaskFile;
import io.sluice.pgtask.declaration.TaskParser;
import io.sluice.pgtask.run.RunLog;
import io.sluice.pgtask.schedule.TaskScheduler;
import io.sluice.pgtask.task.ScheduleText;
import io.sluice.pgtask.task.Task;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The tasks of pgtask. */
@Command(
    name = "task",
    description = "Checks, explains and runs tasks: partitions, conversions, maintenance.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      TaskCommand.ListTasks.class,
      TaskCommand.Check.class,
      TaskExplainCommand.class,
      TaskRunCommand.class,
      TaskHistoryCommand.class,
      TaskCommand.Cancel.class,
      TaskAbandonCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {"  sluice task list", "  sluice task run rotate-cdr --dry-run"})
final class TaskCommand extends Group {

  TaskCommand(Session session) {
    super(session);
  }

  /**
   * A task as listed.
   *
   * @param next null if not scheduled by any service yet
   * @param last null if it never ran
   * @param unfinished rewrites that it has not brought to an end
   */
  record Line(
      String name,
      String kind,
      String database,
      String schedule,
      Instant next,
      RunLog.Run last,
      List<String> unfinished) {}

  /** Lists. */
  @Command(
      name = "list",
      description =
          "Lists the tasks in the directory and those derived from feeds, with their next and"
              + " last runs and half-made rewrites of tables; then those that only other"
              + " processes declare, or nobody does.",
      footerHeading = "%nExamples:%n",
      footer = "  sluice task list --tasks /etc/sluice/tasks")
  static final class ListTasks implements Callable<Integer> {
    private final Session session;

    ListTasks(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      TaskLine line = new TaskLine(session);
      Map<String, Instant> next = new TreeMap<>(line.log().next());
      Map<String, RunLog.Run> last = line.log().last();
      Map<String, Map<String, List<String>>> unfinished = line.unfinished();
      List<Line> lines = new ArrayList<>();
      for (Task task : line.tasks().all()) {
        lines.add(
            new Line(
                task.name(),
                task.spec().kind(),
                task.database(),
                ScheduleText.format(task.schedule()),
                task.schedule().isPresent() ? next.remove(TaskScheduler.id(task)) : null,
                last.get(task.name()),
                Optional.ofNullable(
                        unfinished
                            .getOrDefault(task.database(), new TreeMap<>())
                            .remove(task.name()))
                    .orElse(List.of())));
      }
      next.forEach((id, time) -> lines.add(elsewhere(id, time, last)));
      unfinished.forEach(
          (database, of) ->
              of.forEach((task, what) -> lines.add(orphans(database, task, what, last))));
      session.print(
          lines, () -> session.print(table(lines), "no tasks at " + Settings.tasks(session)));
      return Exit.OK;
    }

    /** An older release writes only the name. */
    private static Line elsewhere(String id, Instant time, Map<String, RunLog.Run> last) {
      String[] parts = id.split(" ", 2);
      String name = parts[0];
      String schedule = "in another process" + (parts.length == 1 ? "" : ": " + parts[1]);
      return new Line(name, "", "", schedule, time, last.get(name), List.of());
    }

    private static Line orphans(
        String database, String task, List<String> what, Map<String, RunLog.Run> last) {
      String name = task.isEmpty() ? "unknown" : task;
      return new Line(name, "", database, "not declared", null, last.get(name), what);
    }

    private Table table(List<Line> lines) {
      Table table =
          session.table(
              "TASK",
              "KIND",
              "DATABASE",
              "SCHEDULE",
              "NEXT",
              "LAST",
              ">AGO",
              ">PROBLEMS",
              "UNFINISHED");
      Format format = session.format();
      Instant now = session.terminal.clock().instant();
      for (Line line : lines) {
        RunLog.Run last = line.last();
        boolean ran = last != null;
        table.row(
            line.name(),
            line.kind(),
            line.database(),
            line.schedule(),
            format.time(line.next()),
            ran ? last.state() : "never",
            ran ? format.duration(Duration.between(last.startedAt(), now)) : "",
            ran ? last.problems().size() : "",
            String.join("; ", line.unfinished()));
      }
      return table;
    }
  }

  /** Checks. */
  @Command(
      name = "check",
      description = "Prints every problem in every file, with line, column and remedy.",
      footerHeading = "%nExamples:%n",
      footer = {"  sluice task check", "  sluice task check tasks/rotate-cdr.yaml --json"})
  static final class Check implements Callable<Integer> {
    private final Session session;

    @Parameters(
        paramLabel = "PLACE",
        arity = "0..*",
        description = "Directories or files. Default: the directory of --tasks.")
    private List<Path> places = new ArrayList<>();

    Check(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      Feeds feeds = new TaskLine(session).feeds();
      List<Problem> problems = new ArrayList<>();
      int files = 0;
      for (Path place : places.isEmpty() ? List.of(Settings.tasks(session)) : places) {
        Collection<TaskFile> results = parse(place, feeds);
        files += results.size();
        results.forEach(result -> problems.addAll(result.problems()));
      }
      return CheckedFiles.report(session, files, problems);
    }

    private static Collection<TaskFile> parse(Path place, Feeds feeds) {
      try {
        return TaskParser.parseAll(place, feeds).values();
      } catch (IOException e) {
        throw UserError.usage(
            "there are no tasks at " + place, "Name the directory with --tasks or SLUICE_TASKS");
      }
    }
  }

  /** Cancels. */
  @Command(
      name = "cancel",
      description =
          "Asks a running task to stop, wherever it runs. What it leaves half done is undone, or"
              + " finished by the next run.",
      footerHeading = "%nExamples:%n",
      footer = "  sluice task cancel convert-cdr")
  static final class Cancel implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "TASK", description = "Its name.")
    private String name;

    Cancel(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      TaskLine line = new TaskLine(session);
      boolean running = line.history().cancel(name);
      if (!running) {
        line.task(name); // is there one of that name at all?
      }
      session.print(
          Map.of("cancelled", running),
          () ->
              session
                  .out()
                  .println(
                      running
                          ? name + " will stop within seconds; see: sluice task history " + name
                          : name + " is not running"));
      return running ? Exit.OK : Exit.PROBLEMS;
    }
  }
}
