package io.sluice.pgtask.run;

import io.sluice.core.sql.Sql;
import java.sql.SQLException;
import java.util.List;

/** A step that is nothing but SQL. */
public final class SqlStep implements Step {

  private enum Mode {
    TRANSACTION,
    AUTOCOMMIT,
    BATCHES
  }

  private final String description;
  private final Mode mode;
  private final List<String> sql;
  private final String result;

  private SqlStep(String description, Mode mode, List<String> sql, String result) {
    this.description = description;
    this.mode = mode;
    this.sql = List.copyOf(sql);
    this.result = result;
  }

  /** All statements in one transaction. */
  public static SqlStep transaction(String description, List<String> sql) {
    return new SqlStep(description, Mode.TRANSACTION, sql, "");
  }

  /** Each statement by itself, for those that refuse a transaction: CONCURRENTLY, VACUUM. */
  public static SqlStep autocommit(String description, String... sql) {
    return new SqlStep(description, Mode.AUTOCOMMIT, List.of(sql), "");
  }

  /** One statement, a transaction each time, until it changes no row; counts rows by a name. */
  public static SqlStep batches(String description, String sql, String result) {
    return new SqlStep(description, Mode.BATCHES, List.of(sql), result);
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public List<String> sql() {
    return sql;
  }

  @Override
  public boolean oneTransaction() {
    return mode == Mode.TRANSACTION;
  }

  @Override
  public StepResult run(StepContext context) throws SQLException {
    switch (mode) {
      case TRANSACTION -> context.transaction(sql);
      case AUTOCOMMIT -> {
        for (String statement : sql) {
          context.autocommit(statement);
        }
      }
      case BATCHES -> batches(context);
    }
    return StepResult.done();
  }

  private void batches(StepContext context) throws SQLException {
    long all = 0;
    while (true) {
      context.checkNotEnded();
      int rows = context.transaction(connection -> Sql.update(connection, sql.get(0)));
      if (rows == 0) {
        return;
      }
      all += rows;
      context.addResult(result, rows);
      context.progress(description, all, -1);
    }
  }
}
