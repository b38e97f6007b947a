package io.sluice.pgtask.maintenance;

import io.sluice.pgtask.maintenance.statistics.TableInfo;
import io.sluice.pgtask.run.TaskRun;
import io.sluice.pgtask.task.MaintenanceSpec.Vacuum;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Says of vacuumed tables what VACUUM had to leave, and who holds it back. */
final class VacuumCheck {

  private final TaskRun run;
  private final Vacuum spec;

  VacuumCheck(TaskRun run, Vacuum spec) {
    this.run = run;
    this.spec = spec;
  }

  /**
   * @param vacuumed oids
   */
  void say(List<TableInfo> before, List<TableInfo> after, Set<Long> vacuumed) throws SQLException {
    Map<Long, TableInfo> was =
        before.stream().collect(Collectors.toMap(TableInfo::oid, Function.identity()));
    List<TableInfo> done = after.stream().filter(t -> vacuumed.contains(t.oid())).toList();
    List<String> old = names(done, t -> t.ages().share() >= spec.age());
    List<String> dead = names(done, t -> counted(was.get(t.oid()), t) && stillDead(t));
    if (old.isEmpty() && dead.isEmpty()) {
      return;
    }
    String holders = XminHorizon.description(XminHorizon.holders(run, 1));
    if (!old.isEmpty()) {
      run.problem(
          "rows of %s are still too old although the tables were vacuumed: %s"
              .formatted(String.join(", ", old), holders));
    }
    if (!dead.isEmpty()) {
      run.problem(
          "dead rows of %s could not be removed yet: %s"
              .formatted(String.join(", ", dead), holders));
    }
  }

  private static List<String> names(List<TableInfo> tables, Predicate<TableInfo> which) {
    return tables.stream().filter(which).map(t -> t.name().toString()).toList();
  }

  /** Statistics come a moment later: those from before the vacuum say nothing. */
  private static boolean counted(TableInfo before, TableInfo after) {
    return !after.rows().vacuumed().equals(before.rows().vacuumed());
  }

  private boolean stillDead(TableInfo table) {
    return VacuumPlan.isDue(table, spec.dead());
  }
}
