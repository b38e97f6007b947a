package io.sluice.pgtask.expired;

import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.StepResult;
import java.sql.SQLException;
import java.util.List;

/** A change in the ledger, which may lie in another database than the tables. */
public record LedgerStep(String description, String statement, Body body) implements Step {

  /** Makes it. */
  @FunctionalInterface
  public interface Body {
    void run(StepContext context) throws SQLException;
  }

  @Override
  public List<String> sql() {
    return List.of(statement);
  }

  @Override
  public StepResult run(StepContext context) throws SQLException {
    body.run(context);
    return StepResult.done();
  }
}
