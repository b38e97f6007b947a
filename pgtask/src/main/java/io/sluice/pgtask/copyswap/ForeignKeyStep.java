package io.sluice.pgtask.copyswap;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.StepResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Validates a foreign key that a converted table got with its swap, a partition at a time, while
 * all read and write. The catalogue says how far it is, so it is carried on wherever it was broken
 * off.
 *
 * @param onPartitioned whether the table itself got it too, unvalidated
 */
record ForeignKeyStep(TableName table, ForeignKey key, boolean onPartitioned) implements Step {

  private enum State {
    ABSENT,
    UNVALIDATED,
    VALIDATED
  }

  private static final String STATE =
      """
      select case when bool_and(k.convalidated or not coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true))
        then 'VALIDATED' when count(*) > 0 then 'UNVALIDATED' else 'ABSENT' end
      from pg_constraint k where k.conrelid = ?::regclass and k.conname = ? and k.contype = 'f'
      """;

  @Override
  public String description() {
    return "Validate foreign key %s of %s to %s".formatted(key.name(), table, key.referenced());
  }

  @Override
  public List<String> sql() {
    List<String> sql = new ArrayList<>();
    sql.add("lock table %s in share row exclusive mode".formatted(key.referenced().sql()));
    sql.add(
        "alter table <each partition of %s that was made since> add constraint %s %s not valid"
            .formatted(table.sql(), SqlNames.quote(key.name()), key.definition()));
    sql.add(
        "alter table <each partition of %s> validate constraint %s"
            .formatted(table.sql(), SqlNames.quote(key.name())));
    sql.addAll(onPartitioned ? List.of(key.validate(table)) : key.addOver(table));
    return sql;
  }

  @Override
  public StepResult run(StepContext context) throws SQLException {
    List<TableName> leaves = context.read(c -> IndexBuild.leaves(c, table));
    if (context.read(c -> isDropped(c, leaves))) {
      return StepResult.done();
    }
    for (int n = 0; n < leaves.size(); n++) {
      context.checkNotEnded();
      context.progress(description(), n, leaves.size());
      validate(context, leaves.get(n));
    }
    switch (context.read(c -> state(c, table))) {
      case ABSENT -> context.transaction(key.addOver(table));
      case UNVALIDATED -> context.autocommit(key.validate(table));
      case VALIDATED -> {}
    }
    return StepResult.of("partitionsValidated", leaves.size());
  }

  /** By somebody, since the swap. */
  private boolean isDropped(Connection connection, List<TableName> leaves) throws SQLException {
    List<TableName> all = new ArrayList<>(leaves);
    all.add(table);
    return ForeignKey.of(connection, all).stream().noneMatch(k -> k.name().equals(key.name()));
  }

  /** A partition that was made since the swap lacks it where the table has none yet. */
  private void validate(StepContext context, TableName leaf) throws SQLException {
    State state = context.read(c -> state(c, leaf));
    if (state == State.ABSENT) {
      List<String> sql = new ArrayList<>();
      sql.add("lock table %s in share row exclusive mode".formatted(key.referenced().sql()));
      sql.addAll(key.addUnvalidated(leaf));
      context.transaction(sql);
    }
    if (state != State.VALIDATED) {
      context.autocommit(key.validate(leaf));
    }
  }

  private State state(Connection connection, TableName of) throws SQLException {
    return State.valueOf(Sql.strings(connection, STATE, of.sql(), key.name()).get(0));
  }
}
