package io.sluice.cli;

import io.sluice.pgtask.catalog.MatchingTables;
import io.sluice.pgtask.catalog.MatchingTables.Match;
import io.sluice.pgtask.catalog.PartitionCatalog;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.run.RunResult;
import io.sluice.pgtask.run.TaskRunner;
import io.sluice.pgtask.schedule.TaskScheduler;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.PartitionSpec;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskDescription;
import io.sluice.pgtask.task.UnpartitionSpec;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Says what a task is, and what it would do now. */
@Command(
    name = "explain",
    description =
        "Explains what a task does, defaults included, which tables it covers now, and what its"
            + " next run would do. Changes nothing.",
    footerHeading = "%nExamples:%n",
    footer = {"  sluice task explain rotate-cdr", "  sluice task explain feed/nr-pm"})
final class TaskExplainCommand implements Callable<Integer> {

  private static final int MOST_SHOWN = 50;

  private final Session session;

  @Parameters(paramLabel = "TASK", description = "Its name.")
  private String name;

  TaskExplainCommand(Session session) {
    this.session = session;
  }

  /** A table that the task is about. */
  private record About(String table, String what) {}

  private record Explained(
      Task declaration,
      List<String> words,
      List<About> tables,
      Instant next,
      List<String> nextRun,
      List<String> notes,
      List<String> problems) {}

  @Override
  public Integer call() throws SQLException {
    TaskLine line = new TaskLine(session);
    Task task = line.task(name);
    List<String> rotated =
        task.spec() instanceof PartitionSpec rotation ? rotated(line, rotation) : List.of();
    List<About> tables =
        line.read(task.database(), connection -> tables(connection, task, rotated));
    List<String> steps = new ArrayList<>();
    Instant next =
        task.schedule().isPresent() ? line.log().next().get(TaskScheduler.id(task)) : null;
    try (TaskRunner runner = line.runner("cli-explain")) {
      RunResult result = runner.dryRun(task, (step, locks) -> steps.add(step.description()));
      Explained explained =
          new Explained(
              task,
              TaskDescription.of(task),
              tables,
              next,
              steps,
              result.notes(),
              result.problems());
      session.print(explained, () -> print(explained));
      return result.problems().isEmpty() ? Exit.OK : Exit.PROBLEMS;
    }
  }

  private void print(Explained explained) {
    PrintWriter out = session.out();
    out.println(explained.declaration().name());
    explained.words().forEach(sentence -> out.println("  " + sentence + "."));
    out.println("Tables now: " + (explained.tables().isEmpty() ? "none" : ""));
    explained.tables().forEach(about -> out.println("  " + about.table() + ": " + about.what()));
    String when =
        explained.next() == null
            ? explained.declaration().schedule().isEmpty()
                ? "only by hand"
                : "not scheduled by any service yet"
            : session.format().time(explained.next());
    out.println("Next run: " + when + "; now it would");
    List<String> steps = explained.nextRun();
    steps.stream().limit(MOST_SHOWN).forEach(step -> out.println("  " + step));
    if (steps.size() > MOST_SHOWN) {
      out.println(
          "  and "
              + (steps.size() - MOST_SHOWN)
              + " more steps; see: sluice task run "
              + name
              + " --dry-run");
    }
    if (steps.isEmpty()) {
      out.println("  do nothing");
    }
    explained.notes().forEach(note -> out.println("note: " + note));
    explained.problems().forEach(problem -> out.println("problem: " + problem));
  }

  private static List<String> rotated(TaskLine line, PartitionSpec spec) {
    return spec.feed().map(line::tablesOf).orElse(spec.tables());
  }

  private static List<About> tables(Connection connection, Task task, List<String> rotated)
      throws SQLException {
    if (task.spec() instanceof PartitionSpec spec) {
      return rotated(connection, rotated, spec.exclude());
    }
    List<Match> found =
        task.spec() instanceof MaintenanceSpec spec
            ? MatchingTables.find(connection, spec.tables(), spec.exclude())
            : task.spec() instanceof ConvertSpec spec
                ? MatchingTables.find(connection, List.of(spec.table()), List.of())
                : task.spec() instanceof UnpartitionSpec spec
                    ? MatchingTables.find(connection, List.of(spec.table()), List.of())
                    : List.of();
    return found.stream().map(TaskExplainCommand::about).toList();
  }

  private static About about(Match match) {
    String rows =
        match.rows() < 0
            ? "never analysed, so its row count is unknown"
            : String.format("about %,d rows", match.rows());
    return new About(
        match.name().toString(),
        match.partitioned() ? match.partitions() + " partitions" : "plain, " + rows);
  }

  private static List<About> rotated(
      Connection connection, List<String> wanted, List<String> exclude) throws SQLException {
    List<Match> found =
        MatchingTables.find(connection, wanted, exclude).stream()
            .filter(Match::partitioned)
            .toList();
    PartitionCatalog.Found read =
        PartitionCatalog.read(
            connection, name -> found.stream().anyMatch(match -> match.name().equals(name)));
    List<About> tables = new ArrayList<>();
    read.tables().forEach(table -> tables.add(about(table)));
    read.problems().forEach((table, problem) -> tables.add(new About(table.toString(), problem)));
    return tables;
  }

  private static About about(PartitionedTable table) {
    String range =
        table.partitions().isEmpty()
            ? ""
            : ", from %s to %s"
                .formatted(
                    table.oldest().orElseThrow().bounds().lower(),
                    table.newest().orElseThrow().bounds().upper());
    return new About(
        table.name().toString(),
        "%d partitions by %s%s%s"
            .formatted(
                table.partitions().size(),
                table.key(),
                range,
                table.defaultPart().isPresent() ? ", and a default partition" : ""));
  }
}
