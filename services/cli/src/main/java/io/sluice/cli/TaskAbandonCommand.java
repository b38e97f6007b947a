package io.sluice.cli;

import static java.util.stream.Collectors.groupingBy;

import io.sluice.pgtask.RewriteWatch;
import io.sluice.pgtask.copyswap.UnfinishedRewrite;
import io.sluice.pgtask.task.DatabaseSpec;
import io.sluice.pgtask.task.Task;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Removes half-made rewrites. */
@Command(
    name = "abandon",
    description = {
      "Removes the half-made conversions, rewrites and drains of a task: triggers, change log and copy.",
      "The table itself stays as it is. Can be repeated. A task that is still declared starts over at its"
          + " next run.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sluice task abandon convert-cdr",
      "  sluice task abandon billing.cdr --database billing --dry-run"
    })
final class TaskAbandonCommand implements Callable<Integer> {

  private final Session session;

  @Parameters(
      paramLabel = "TASK",
      description = "Its name, also if it is no longer declared; or schema.table that it rewrote.")
  private String name;

  @Option(
      names = "--database",
      paramLabel = "NAME",
      description = "A declared database. Default: the task's, or " + DatabaseSpec.WAREHOUSE + ".")
  private String database;

  @Option(
      names = "--dry-run",
      description = "Change nothing; print the SQL and the locks of each step.")
  private boolean dryRun;

  TaskAbandonCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws SQLException {
    TaskLine line = new TaskLine(session);
    String place = Optional.ofNullable(database).orElseGet(() -> databaseOf(line));
    Map<String, List<UnfinishedRewrite>> found =
        line.read(place, UnfinishedRewrite::find).stream()
            .filter(one -> one.task().equals(name) || one.table().toString().equals(name))
            .collect(groupingBy(UnfinishedRewrite::task, TreeMap::new, Collectors.toList()));
    if (found.isEmpty()) {
      session.print(
          Map.of("unfinished", List.of()),
          () ->
              session.out().println("nothing of " + name + " is unfinished in database " + place));
    }
    int code = Exit.OK;
    for (Map.Entry<String, List<UnfinishedRewrite>> of : found.entrySet()) {
      code = Math.max(code, abandon(line, place, of.getKey(), of.getValue()));
    }
    return code;
  }

  private int abandon(TaskLine line, String place, String task, List<UnfinishedRewrite> rewrites)
      throws SQLException {
    Task abandoning = RewriteWatch.abandoning(task, place, rewrites, Optional.empty());
    return dryRun
        ? new DryTask(session, line).show(abandoning)
        : new LiveTask(session, line).run(abandoning, false);
  }

  private String databaseOf(TaskLine line) {
    return line.tasks().task(name).map(Task::database).orElse(DatabaseSpec.WAREHOUSE);
  }
}
