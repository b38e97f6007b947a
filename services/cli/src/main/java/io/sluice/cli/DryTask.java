package io.sluice.cli;

import io.sluice.pgtask.catalog.TableLock;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.task.Task;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Prints what a run of a task would do, as a script. */
final class DryTask {

  private final Session session;
  private final TaskLine line;

  DryTask(Session session, TaskLine line) {
    this.session = session;
    this.line = line;
  }

  /** More tables of one lock are only counted. */
  private static final int NAMED = 10;

  /**
   * A step.
   *
   * @param locks it takes on tables that are there now, the strongest on each: names by modes
   */
  private record Shown(
      String words, boolean oneTransaction, List<String> sql, Map<String, List<String>> locks) {

    static Shown of(Step step, List<TableLock> locks) {
      Map<TableLock.Mode, List<String>> tables =
          locks.stream()
              .collect(
                  Collectors.groupingBy(
                      TableLock::mode,
                      () -> new TreeMap<>(Comparator.reverseOrder()),
                      Collectors.mapping(lock -> lock.table().toString(), Collectors.toList())));
      Map<String, List<String>> named = new LinkedHashMap<>();
      tables.forEach((mode, of) -> named.put(mode.toString(), of));
      return new Shown(step.description(), step.oneTransaction(), step.sql(), named);
    }
  }

  private record Dry(String task, List<Shown> steps, List<String> notes, List<String> problems) {}

  int show(Task task) throws SQLException {
    List<Shown> steps = new ArrayList<>();
    try (TaskRunner runner = line.runner("cli-dry")) {
      RunResult result = runner.dryRun(task, (step, locks) -> steps.add(Shown.of(step, locks)));
      return show(task, steps, result);
    } catch (SQLException e) {
      throw line.named(task.database(), e);
    }
  }

  private int show(Task task, List<Shown> steps, RunResult result) {
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
    if (!steps.isEmpty()) {
      out.println("\\set ON_ERROR_STOP on");
    }
    int n = 0;
    for (Shown step : steps) {
      out.println();
      comment(++n + ". " + step.words());
      step.locks().forEach((mode, tables) -> comment("locks " + mode + ": " + listed(tables)));
      boolean block = step.oneTransaction() && step.sql().size() > 1;
      if (block) {
        out.println("begin;");
      }
      step.sql().forEach(sql -> out.println(sql.strip().replaceFirst(";$", "") + ";"));
      if (block) {
        out.println("commit;");
      }
    }
    result.notes().forEach(note -> comment("note: " + note));
    result.problems().forEach(problem -> comment("problem: " + problem));
  }

  private static String listed(List<String> tables) {
    String named = String.join(", ", tables.subList(0, Math.min(NAMED, tables.size())));
    return tables.size() <= NAMED
        ? named
        : "%s and %,d more".formatted(named, tables.size() - NAMED);
  }

  private void comment(String text) {
    text.lines().forEach(line -> session.out().println("-- " + line));
  }
}
