package io.sluice.pgtask.partition;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.PartitionedTable;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.StepResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a partition of rows that lie in a small default partition, in one transaction. SHARE ROW
 * EXCLUSIVE on parent and default partition keeps writers out while rows move: one that chose the
 * default partition before would be refused by it after. ACCESS EXCLUSIVE on the parent, for the
 * milliseconds of the ATTACH, which reads the default partition, waits for readers that were
 * planned without the new partition and would miss what has moved to it. Parent before partition,
 * as everybody locks them, so that none waits in a circle. See
 * https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
 */
final class MoveFromDefaultStep implements Step {

  private static final String COLUMNS =
      """
      select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
      where attrelid = ? and attnum > 0 and not attisdropped and attgenerated = ''
      """;

  private static final String REFERENCED =
      "select from pg_constraint where contype = 'f' and confrelid in (?, ?)";

  private final RotatedTable rotated;
  private final NewPartition partition;
  private final long rows;
  private final List<String> before;
  private final String move;
  private final List<String> after;

  private MoveFromDefaultStep(
      RotatedTable rotated, NewPartition partition, long rows, PartitionSql maker, String columns) {
    TableName rest = rotated.table().defaultPart().orElseThrow().name();
    this.rotated = rotated;
    this.partition = partition;
    this.rows = rows;
    this.before = new ArrayList<>();
    before.add(lock("share row exclusive", rotated.name()));
    before.add(lock("share row exclusive", rest));
    before.addAll(maker.make(partition));
    this.move =
        "with moved as (delete from %s where %s returning %s) insert into %s (%s) select %s from moved"
            .formatted(
                rest.sql(),
                maker.condition(partition.bounds()),
                columns,
                partition.name().sql(),
                columns,
                columns);
    this.after = new ArrayList<>();
    after.add(lock("access exclusive", rotated.name()));
    after.addAll(maker.attach(partition));
  }

  private static String lock(String mode, TableName table) {
    return "lock table only %s in %s mode".formatted(table.sql(), mode);
  }

  static MoveFromDefaultStep of(
      Connection connection,
      RotatedTable rotated,
      NewPartition partition,
      long rows,
      PartitionSql maker)
      throws SQLException {
    String columns = Sql.one(connection, COLUMNS, row -> row.getString(1), rotated.table().oid());
    return new MoveFromDefaultStep(rotated, partition, rows, maker, columns);
  }

  /** Whether foreign keys point to the rows, so that moving would delete what refers to them. */
  static boolean referenced(Connection connection, PartitionedTable table) throws SQLException {
    return Sql.exists(connection, REFERENCED, table.oid(), table.defaultPart().orElseThrow().oid());
  }

  @Override
  public String description() {
    return "create partition %s of %s for %s from %,d rows in the default partition"
        .formatted(partition.name(), rotated.name(), partition.bounds(), rows);
  }

  @Override
  public List<String> sql() {
    List<String> sql = new ArrayList<>(before);
    sql.add(move);
    sql.addAll(after);
    return sql;
  }

  @Override
  public boolean oneTransaction() {
    return true;
  }

  @Override
  public StepResult run(StepContext context) throws SQLException {
    long moved = context.transaction(this::change);
    return StepResult.of("partitionsCreated", 1).and("rowsDrained", moved);
  }

  private long change(Connection connection) throws SQLException {
    Sql.execute(connection, before);
    long moved = Sql.update(connection, move);
    Sql.execute(connection, after);
    return moved;
  }
}
