package io.sluice.pgtask.run;

import io.sluice.core.sql.Sql;
import java.sql.SQLException;
import java.util.List;

/** A step that is nothing but SQL. */
public final class SqlStep implements Step {

  private enum Mode {
    TRANSACTION,
    ALONE,
    BATCHES
  }

  private final String words;
  private final Mode mode;
  private final List<String> sql;
  private final String result;

  private SqlStep(String words, Mode mode, List<String> sql, String result) {
    this.words = words;
    this.mode = mode;
    this.sql = List.copyOf(sql);
    this.result = result;
  }

  /** All statements in one transaction. */
  public static SqlStep transaction(String words, List<String> sql) {
    return new SqlStep(words, Mode.TRANSACTION, sql, "");
  }

  /** Each statement by itself, for those that refuse a transaction: CONCURRENTLY, VACUUM. */
  public static SqlStep alone(String words, String... sql) {
    return new SqlStep(words, Mode.ALONE, List.of(sql), "");
  }

  /** One statement, a transaction each time, until it changes no row; counts rows by a name. */
  public static SqlStep batches(String words, String sql, String result) {
    return new SqlStep(words, Mode.BATCHES, List.of(sql), result);
  }

  @Override
  public String words() {
    return words;
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
  public StepResult run(StepContext work) throws SQLException {
    switch (mode) {
      case TRANSACTION -> work.transaction(sql);
      case ALONE -> {
        for (String statement : sql) {
          work.alone(statement);
        }
      }
      case BATCHES -> batches(work);
    }
    return StepResult.done();
  }

  private void batches(StepContext work) throws SQLException {
    long all = 0;
    while (true) {
      work.goOn();
      int rows = work.transaction(connection -> Sql.update(connection, sql.get(0)));
      if (rows == 0) {
        return;
      }
      all += rows;
      work.found(result, rows);
      work.progress(words, all, -1);
    }
  }
}
