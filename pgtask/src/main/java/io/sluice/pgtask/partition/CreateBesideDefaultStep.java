package io.sluice.pgtask.partition;

import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.StepResult;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes partitions of a table whose default partition is large. ATTACH would read all of it under
 * ACCESS EXCLUSIVE; instead a CHECK on it proves that it holds no such row: added NOT VALID (ACCESS
 * EXCLUSIVE for a moment), validated by a scan under SHARE UPDATE EXCLUSIVE, which neither readers
 * nor writers feel, and dropped at the end. Rows of these periods that come meanwhile are refused
 * instead of going to the default partition, so this is for periods that have none yet. See
 * https://www.postgresql.org/docs/current/sql-altertable.html
 */
final class CreateBesideDefaultStep implements Step {

  /** Name of the CHECK; a run that finds one left behind drops it. */
  static final String CHECK = "sluice_default_without";

  private final RotatedTable rotated;
  private final List<CreatePartitionStep> creates;
  private final List<String> before;
  private final String after;

  CreateBesideDefaultStep(RotatedTable rotated, List<NewPartition> partitions, PartitionSql maker) {
    this.rotated = rotated;
    this.creates =
        partitions.stream().map(p -> new CreatePartitionStep(rotated, p, maker)).toList();
    PartitionedTable table = rotated.table();
    TableName rest = table.defaultPart().orElseThrow().name();
    this.before =
        List.of(
            "alter table %s add constraint %s check (%s) not valid"
                .formatted(rest.sql(), CHECK, without(table, partitions)),
            "alter table %s validate constraint %s".formatted(rest.sql(), CHECK));
    this.after = drop(rest);
  }

  static String drop(TableName defaultPart) {
    return "alter table %s drop constraint if exists %s".formatted(defaultPart.sql(), CHECK);
  }

  /** As PostgreSQL writes what a default partition may not hold, or its proof would fail. */
  private static String without(PartitionedTable table, List<NewPartition> partitions) {
    String key = SqlNames.quote(table.key());
    List<String> conditions = new ArrayList<>();
    for (NewPartition partition : partitions) {
      Bounds bounds = partition.bounds();
      conditions.add(
          "(%s is null or %s < %s or %s >= %s)"
              .formatted(key, key, bounds.lower(), key, bounds.upper()));
    }
    return String.join(" and ", conditions);
  }

  @Override
  public String description() {
    return "create %d partitions of %s after checking that its default partition holds no rows for them"
        .formatted(creates.size(), rotated.name());
  }

  @Override
  public List<String> sql() {
    List<String> sql = new ArrayList<>();
    sql.add(after);
    sql.addAll(before);
    creates.forEach(create -> sql.addAll(create.sql()));
    sql.add(after);
    return sql;
  }

  @Override
  public StepResult run(StepContext context) throws SQLException {
    context.transaction(List.of(after, before.get(0)));
    context.transaction(List.of(before.get(1)));
    StepResult result = StepResult.done();
    for (CreatePartitionStep create : creates) {
      context.checkNotEnded();
      for (var value : create.run(context).values().entrySet()) {
        result = result.and(value.getKey(), value.getValue());
      }
    }
    context.transaction(List.of(after));
    return result;
  }

  @Override
  public void undo(StepContext context) throws SQLException {
    context.transaction(List.of(after));
  }
}
