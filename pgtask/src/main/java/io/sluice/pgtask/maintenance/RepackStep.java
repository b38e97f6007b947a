package io.sluice.pgtask.maintenance;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.StepResult;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Rewrites a table with pg_repack: rows are copied in order beside the table while a trigger logs
 * changes; ACCESS EXCLUSIVE is taken for moments at the begin and at the end, waited for at most a
 * second at a time, and nobody's session is ended for it.
 */
final class RepackStep implements Step {

  private static final String OID = "select to_regclass(?)::oid::bigint";
  private static final String FILE = "select pg_relation_filenode(to_regclass(?))::bigint";
  private static final String NOT_DONE = "55000";

  private final String description;
  private final TableName table;
  private final String orderBy;
  private final RepackClient client;

  RepackStep(String description, TableName table, String orderBy, RepackClient client) {
    this.description = description;
    this.table = table;
    this.orderBy = orderBy;
    this.client = client;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public List<String> sql() {
    return List.of(
        "-- "
            + client.command(table.sql(), orderBy, java.time.Duration.ZERO).stream()
                .filter(part -> !part.startsWith("--wait-timeout"))
                .map(RepackStep::shown)
                .collect(Collectors.joining(" ")));
  }

  private static String shown(String part) {
    return part.matches("[-\\w=./]+") ? part : "'" + part.replace("'", "'\\''") + "'";
  }

  @Override
  public StepResult run(StepContext context) throws SQLException {
    Optional<Long> before = number(context, FILE);
    String said =
        client.run(context, client.command(table.sql(), orderBy, context.limits().lockTimeout()));
    if (number(context, FILE).equals(before)) { // it skips tables, and is content
      throw new SQLException("pg_repack did not rewrite the table: " + said, NOT_DONE);
    }
    return StepResult.done();
  }

  @Override
  public void undo(StepContext context) throws SQLException {
    Optional<Long> oid = number(context, OID);
    if (oid.isPresent()) {
      for (Repack.Left left : Repack.left(context, List.of(oid.get()))) {
        context.transaction(left.drop());
      }
    }
  }

  private Optional<Long> number(StepContext context, String sql) throws SQLException {
    return context.read(c -> Sql.first(c, sql, row -> row.getObject(1, Long.class), table.sql()));
  }
}
