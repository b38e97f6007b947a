package io.sluice.pgtask.copyswap;

import io.sluice.pgtask.copyswap.MoveState.Phase;
import io.sluice.pgtask.run.RunEnded;
import io.sluice.pgtask.run.Step;
import io.sluice.pgtask.run.StepResult;
import io.sluice.pgtask.run.Work;
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
 * log. All of it can be broken off anywhere: {@link MoveState} is written in the same transactions.
 * A move without a key that was broken off while it copied is begun anew.
 *
 * <p>See https://www.postgresql.org/docs/current/explicit-locking.html
 */
final class Move implements Step {

  private static final String STATE_CHANGED = "55000";
  private static final String DISK_FULL = "53100";
  private static final String CANCELED = "57014";

  private final String words;
  private final Source source;
  private final Shape shape;
  private final CopyNames names;
  private final ChangeLog log;
  private final Filling filling;
  private final CatchUp catchUp;
  private final IndexBuild indexes;
  private final ChangeOfPlaces change;
  private boolean givenUp;
  private OptionalLong longestBlock = OptionalLong.empty();

  Move(String words, Source source, Shape shape, long batchBytes) {
    this.words = words;
    this.source = source;
    this.shape = shape;
    this.names = new CopyNames(source.name());
    this.log =
        source
            .key()
            .<ChangeLog>map(key -> new KeyedLog(source, names, key, shape.partitionColumn()))
            .orElseGet(() -> new ImageLog(source, names, shape.partitionColumn()));
    this.catchUp = new CatchUp(names, shape, log);
    this.filling = new Filling(source, names, shape, log, catchUp, batchBytes);
    this.indexes = new IndexBuild(source, names, shape, log, catchUp);
    this.change = new ChangeOfPlaces(source, names, shape, log, catchUp);
  }

  @Override
  public String words() {
    return words;
  }

  @Override
  public List<String> sql() {
    List<String> sql = new ArrayList<>(made());
    shape.partitions().forEach(sql::addAll);
    sql.addAll(log.watch());
    sql.addAll(filling.sql());
    sql.addAll(indexes.sql());
    sql.addAll(log.applySql());
    sql.addAll(change.sql());
    return sql;
  }

  @Override
  public StepResult run(Work work) throws SQLException {
    try {
      return move(work);
    } catch (RunEnded e) {
      givenUp = e.why() == RunEnded.Why.CANCELLED;
      throw e;
    } catch (SQLException e) {
      if (CANCELED.equals(e.getSQLState())) {
        endIfEnded(work);
      }
      givenUp = STATE_CHANGED.equals(e.getSQLState()) || DISK_FULL.equals(e.getSQLState());
      throw e;
    }
  }

  private void endIfEnded(Work work) {
    try {
      work.goOn();
    } catch (RunEnded e) {
      givenUp = e.why() == RunEnded.Why.CANCELLED;
      throw e;
    }
  }

  private StepResult move(Work work) throws SQLException {
    Phase phase = carriedOn(work).orElse(null);
    if (phase == null) {
      work.transaction(made());
      phase = Phase.MADE;
    }
    if (phase == Phase.MADE) {
      makePartitions(work);
    }
    if (phase != Phase.COPIED) {
      filling.fill(work, phase);
    }
    indexes.build(work);
    long millis = change.run(work).toMillis();
    longestBlock = OptionalLong.of(millis);
    return StepResult.of("bytesCopied", source.bytes())
        .and("longestBlockMillis", millis)
        .and("changesCaughtUp", catchUp.applied());
  }

  /** What an earlier run did, if it fits; what does not is removed. */
  private Optional<Phase> carriedOn(Work work) throws SQLException {
    Optional<MoveState> state = work.read(c -> MoveState.read(c, names));
    if (state.isEmpty() || work.read(c -> fits(c, state.get()))) {
      return state.map(MoveState::phase);
    }
    new Removal(names).run(work);
    return Optional.empty();
  }

  private boolean fits(Connection connection, MoveState state) throws SQLException {
    return state.phase() != Phase.REMOVED
        && state.phase() != Phase.SWAPPED
        && state.spec().equals(shape.spec())
        && state.oid() == source.oid()
        && state.fingerprint().equals(source.fingerprint())
        && state.keyed() == log instanceof KeyedLog
        && (state.keyed() || state.phase() != Phase.COPYING)
        && (state.phase() == Phase.MADE || log.watches(connection));
  }

  private List<String> made() {
    List<String> sql = new ArrayList<>(shape.create());
    sql.addAll(log.create());
    sql.addAll(MoveState.create(names, shape, source, log instanceof KeyedLog));
    return sql;
  }

  private void makePartitions(Work work) throws SQLException {
    for (List<String> partition : shape.partitions()) {
      work.goOn();
      work.transaction(partition);
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
  public void undo(Work work) throws SQLException {
    Optional<MoveState> state = work.read(c -> MoveState.read(c, names));
    if (state.isEmpty() || state.get().phase() == Phase.SWAPPED) {
      return;
    }
    boolean lost = !state.get().keyed() && state.get().phase() == Phase.COPYING;
    if (givenUp || lost) {
      new Removal(names).run(work);
    }
  }
}
