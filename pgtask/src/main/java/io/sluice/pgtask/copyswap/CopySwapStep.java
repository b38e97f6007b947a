package io.sluice.pgtask.copyswap;

import io.sluice.pgtask.catalog.TableName;
import io.sluice.pgtask.catalog.WorkingTables;
import io.sluice.pgtask.copyswap.CopySwapState.Phase;
import io.sluice.pgtask.run.RunEnded;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.run.StepResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Copies a table while it is used, and lets the copy take its place.
 *
 * <p>Locks on the table in use: SHARE ROW EXCLUSIVE for the triggers, ACCESS SHARE while batches
 * are read, ACCESS EXCLUSIVE for the change of places, which applies only the short rest of the
 * log. All of it can be broken off anywhere: {@link CopySwapState} is written in the same
 * transactions.
 *
 * <p>See https://www.postgresql.org/docs/current/explicit-locking.html
 */
final class CopySwapStep implements Step {

  /** The copy is of something else by now, and made anew; object_not_in_prerequisite_state. */
  static final String STATE_CHANGED = "55000";

  /** The copy is right, and the next run takes it; object_in_use. */
  static final String IN_USE = "55006";

  private static final String DISK_FULL = "53100";
  private static final String CANCELED = "57014";

  private final String description;
  private final SourceTable source;
  private final CopyLayout layout;
  private final CopyNames names;
  private final ChangeLog log;
  private final InitialCopy initialCopy;
  private final CatchUp catchUp;
  private final IndexBuild indexes;
  private final Swap change;
  private boolean givenUp;
  private OptionalLong longestBlock = OptionalLong.empty();

  CopySwapStep(String description, SourceTable source, CopyLayout layout, long batchBytes) {
    this.description = description;
    this.source = source;
    this.layout = layout;
    this.names = new CopyNames(source.name());
    this.log = new ChangeLog(source, names, layout.partitionColumn());
    this.catchUp = new CatchUp(names, layout, log);
    this.initialCopy = new InitialCopy(source, names, layout, log, catchUp, batchBytes);
    this.indexes = new IndexBuild(source, names, layout, log, catchUp);
    this.change = new Swap(source, names, layout, log, catchUp);
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public List<String> sql() {
    List<String> sql = new ArrayList<>(made("<definition of " + source.name() + ">"));
    layout.partitions().forEach(sql::addAll);
    sql.addAll(log.watch());
    sql.addAll(initialCopy.sql());
    sql.addAll(indexes.sql());
    sql.addAll(log.applySql());
    sql.addAll(change.sql());
    return sql;
  }

  @Override
  public StepResult run(StepContext context) throws SQLException {
    try {
      return move(context);
    } catch (RunEnded e) {
      givenUp = e.why() == RunEnded.Reason.CANCELLED;
      throw e;
    } catch (SQLException e) {
      if (CANCELED.equals(e.getSQLState())) {
        endIfEnded(context);
      }
      givenUp = STATE_CHANGED.equals(e.getSQLState()) || DISK_FULL.equals(e.getSQLState());
      throw e;
    }
  }

  private void endIfEnded(StepContext context) {
    try {
      context.checkNotEnded();
    } catch (RunEnded e) {
      givenUp = e.why() == RunEnded.Reason.CANCELLED;
      throw e;
    }
  }

  private StepResult move(StepContext context) throws SQLException {
    Phase phase = carriedOn(context).orElse(null);
    if (phase == null) {
      context.transaction(made(source.fingerprint().text()));
      phase = Phase.MADE;
    }
    context.transaction(CopySwapState.carriedOn(names, context.task()));
    if (phase == Phase.MADE) {
      makePartitions(context);
    }
    if (phase != Phase.COPIED) {
      initialCopy.fill(context, phase);
    }
    indexes.build(context);
    long millis = change.run(context).toMillis();
    longestBlock = OptionalLong.of(millis);
    return StepResult.of("bytesCopied", source.bytes())
        .and("longestBlockMillis", millis)
        .and("partitionsCreated", layout.partitionsCreated())
        .and("changesCaughtUp", catchUp.applied());
  }

  /** What an earlier run did, if it fits; what does not is removed. */
  private Optional<Phase> carriedOn(StepContext context) throws SQLException {
    Optional<CopySwapState> state = context.read(c -> CopySwapState.read(c, names));
    if (state.isPresent() && context.read(c -> fits(c, state.get()))) {
      return state.map(CopySwapState::phase);
    }
    new AbortCleanup(names).run(context);
    return Optional.empty();
  }

  private boolean fits(Connection connection, CopySwapState state) throws SQLException {
    return state.phase() != Phase.SWAPPED
        && state.spec().equals(layout.spec())
        && state.oid() == source.oid()
        && state.fingerprint().equals(source.fingerprint())
        && (state.phase() == Phase.MADE || watched(connection));
  }

  private boolean watched(Connection connection) throws SQLException {
    return CopySwapState.watch(connection, names).equals(log.fingerprint(connection));
  }

  private List<String> made(String fingerprint) {
    List<String> sql = new ArrayList<>(layout.create());
    sql.addAll(log.create());
    sql.addAll(CopySwapState.create(names, layout, source, fingerprint));
    for (TableName made : List.of(names.copy(), names.log(), names.state())) {
      sql.add(WorkingTables.mark(made, source.name()));
    }
    return sql;
  }

  private void makePartitions(StepContext context) throws SQLException {
    for (List<String> partition : layout.partitions()) {
      context.checkNotEnded();
      context.transaction(partition);
    }
  }

  /** How long the table was locked for the change of places; empty if it did not come to that. */
  OptionalLong longestBlock() {
    return longestBlock;
  }

  /**
   * A run that was cancelled takes everything back; one whose window closed, or that failed, leaves
   * what the next one carries on.
   */
  @Override
  public void undo(StepContext context) throws SQLException {
    Optional<CopySwapState> state = context.read(c -> CopySwapState.read(c, names));
    if (givenUp && state.isPresent() && state.get().phase() != Phase.SWAPPED) {
      new AbortCleanup(names).run(context);
    }
  }
}
