package io.sluice.pgtask.declaration;

import static io.sluice.pgtask.declaration.Values.duration;
import static io.sluice.pgtask.declaration.Values.number;
import static io.sluice.pgtask.declaration.Values.text;

import io.sluice.core.yaml.Tree;
import io.sluice.pgtask.task.Consequence;
import io.sluice.pgtask.task.ConvertSpec;
import io.sluice.pgtask.task.IntervalText;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.MaintenanceSpec;
import io.sluice.pgtask.task.MaintenanceSpec.Analyze;
import io.sluice.pgtask.task.MaintenanceSpec.Reindex;
import io.sluice.pgtask.task.MaintenanceSpec.Reorder;
import io.sluice.pgtask.task.MaintenanceSpec.Rewrite;
import io.sluice.pgtask.task.MaintenanceSpec.Vacuum;
import io.sluice.pgtask.task.ScheduleText;
import io.sluice.pgtask.task.Task;
import io.sluice.pgtask.task.TaskSpec;
import io.sluice.pgtask.task.UnpartitionSpec;
import io.sluice.pgtask.task.WindowText;
import java.time.ZoneId;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Turns a checked tree of a task with all defaults into the records. */
final class TaskBinder {

  private TaskBinder() {}

  static Task bind(Tree task) {
    ZoneId zone = ZoneId.of(text(task.get("zone")));
    return new Task(
        text(task.get("task")),
        text(task.get("description")),
        text(task.get("database")),
        zone,
        ScheduleText.parse(text(task.get("schedule")), zone),
        task.get("window").texts().stream().map(w -> WindowText.parse(w, zone)).toList(),
        limits(task.get("limits")),
        spec(task));
  }

  private static Limits limits(Tree limits) {
    return new Limits(
        number(limits.get("connections")),
        duration(limits.get("lockTimeout")),
        duration(limits.get("statementTimeout")),
        number(limits.get("attempts")),
        duration(limits.get("backoff")),
        Values.bytes(limits.get("log")));
  }

  private static TaskSpec spec(Tree task) {
    if (task.get("partition").present()) {
      return PartitionBinder.bind(task.get("partition"));
    }
    if (task.get("unpartition").present()) {
      Tree unpartition = task.get("unpartition");
      return new UnpartitionSpec(
          text(unpartition.get("table")),
          Values.bytes(unpartition.get("batch")),
          Values.flag(unpartition.get("dropOld")));
    }
    return task.get("convert").present()
        ? convert(task.get("convert"))
        : maintenance(task.get("maintenance"));
  }

  private static TaskSpec convert(Tree convert) {
    return new ConvertSpec(
        text(convert.get("table")),
        text(convert.get("column")),
        IntervalText.parse(text(convert.get("by"))),
        Values.encoding(convert),
        convert.get("name").text(),
        Values.flag(convert.get("default")),
        number(convert.get("most")),
        Values.bytes(convert.get("batch")),
        Values.flag(convert.get("dropOld")),
        convert.get("accept").texts().stream().map(Consequence::of).collect(Collectors.toSet()),
        false);
  }

  private static TaskSpec maintenance(Tree maintenance) {
    return new MaintenanceSpec(
        maintenance.get("tables").texts(),
        maintenance.get("exclude").texts(),
        part(
            maintenance.get("vacuum"),
            vacuum ->
                new Vacuum(Values.share(vacuum.get("dead")), Values.share(vacuum.get("age")))),
        part(
            maintenance.get("analyze"),
            analyze -> new Analyze(Values.share(analyze.get("changed")))),
        part(
            maintenance.get("reindex"),
            reindex ->
                new Reindex(
                    Values.share(reindex.get("bloat")), Values.bytes(reindex.get("minSize")))),
        part(maintenance.get("reorder"), TaskBinder::reorder),
        part(
            maintenance.get("rewrite"),
            rewrite ->
                new Rewrite(
                    share(rewrite.get("bloat")),
                    rewrite.get("orderBy").text(),
                    rewrite.get("tablespace").text(),
                    Values.bytes(rewrite.get("minSize")))),
        maintenance.get("space").present()
            ? OptionalLong.of(Values.bytes(maintenance.get("space")))
            : OptionalLong.empty());
  }

  private static Reorder reorder(Tree reorder) {
    return new Reorder(
        reorder.get("index").text(),
        share(reorder.get("bloat")),
        share(reorder.get("correlation")),
        Values.bytes(reorder.get("minSize")),
        duration(reorder.get("after")));
  }

  private static OptionalDouble share(Tree value) {
    return value.present() ? OptionalDouble.of(Values.share(value)) : OptionalDouble.empty();
  }

  static <T> Optional<T> part(Tree value, Function<Tree, T> bind) {
    return value.present() ? Optional.of(bind.apply(value)) : Optional.empty();
  }
}
