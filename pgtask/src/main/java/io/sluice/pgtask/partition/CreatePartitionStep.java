package io.sluice.pgtask.partition;

import io.sluice.core.catalog.TargetLock;
import io.sluice.pgtask.catalog.PartitionCatalog;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.StepResult;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Makes one partition in one transaction; locks as in {@link PartitionSql}. A partition of a feed's
 * table is made under the loader's lock; one that somebody else made meanwhile is as good.
 */
final class CreatePartitionStep implements Step {

  /** duplicate_table; invalid_object_definition, which an overlap is. */
  private static final Set<String> THERE = Set.of("42P07", "42P17");

  private final RotatedTable rotated;
  private final NewPartition partition;
  private final List<String> sql;

  /**
   * @param locks to take first
   */
  CreatePartitionStep(
      RotatedTable rotated, NewPartition partition, PartitionSql maker, List<String> locks) {
    this.rotated = rotated;
    this.partition = partition;
    this.sql = new ArrayList<>();
    rotated.feedTable().ifPresent(feed -> sql.add(TargetLock.sql(feed.targetId())));
    sql.addAll(locks);
    sql.addAll(maker.create(partition));
  }

  @Override
  public String description() {
    return "create partition %s of %s for %s"
        .formatted(partition.name(), rotated.name(), partition.bounds());
  }

  @Override
  public List<String> sql() {
    return sql;
  }

  @Override
  public boolean oneTransaction() {
    return true;
  }

  @Override
  public StepResult run(StepContext context) throws SQLException {
    try {
      context.transaction(sql);
      return StepResult.of("partitionsCreated", 1);
    } catch (SQLException e) {
      if (THERE.contains(String.valueOf(e.getSQLState())) && covered(context)) {
        return StepResult.of("partitionsFoundMade", 1);
      }
      throw e;
    }
  }

  private boolean covered(StepContext context) throws SQLException {
    return context.read(
        connection ->
            PartitionCatalog.find(connection, rotated.name())
                .map(t -> t.covers(partition.bounds().from(), partition.bounds().to()))
                .orElse(false));
  }
}
