package io.sluice.loader;

import io.sluice.core.fate.Fate;
import io.sluice.core.fate.RetryBatch;
import io.sluice.core.fate.SqlFates;
import io.sluice.core.ledger.Epoch;
import io.sluice.core.sql.DatabaseException;
import io.sluice.core.sql.Transactions;
import io.sluice.core.work.Claim;
import io.sluice.core.work.Leaving;
import io.sluice.core.work.Outcome;
import io.sluice.loader.check.Refusals;
import io.sluice.loader.rows.Chunk;
import io.sluice.loader.table.BusyTables;
import io.sluice.loader.table.GrowingPauses;
import io.sluice.loader.table.Prepared;
import io.sluice.loader.table.RefusedTarget;
import io.sluice.loader.table.RegistryChanged;
import io.sluice.loader.table.StaleTables;
import io.sluice.loader.table.TableNeeds;
import io.sluice.loader.table.Tables;
import io.sluice.loader.table.TypeAdoption;
import io.sluice.loader.table.TypeChanged;
import io.sluice.loader.write.DirectCopies;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads a chunk and repeats as the failure says: deadlocks after a wait, changed tables after a
 * look at them, refused or busy tables without their files, refused rows one by one.
 */
final class ChunkAttempts {

  private static final Logger LOG = LoggerFactory.getLogger(ChunkAttempts.class);
  private static final int LOOKS = 4;
  private static final Duration FIRST_REST = Duration.ofSeconds(1);

  private final Transactions transactions;
  private final Tables tables;
  private final LoadSettings settings;
  private final Pauses pauses;
  private final Refusals refusals;
  private final TypeAdoption types;
  private final BusyLoads busy;
  private final GrowingPauses<String> changedIds;
  private final DirectCopies direct = new DirectCopies();

  ChunkAttempts(
      Transactions transactions, Tables tables, LoadSettings settings, Pauses pauses, Clock clock) {
    this.transactions = transactions;
    this.tables = tables;
    this.settings = settings;
    this.pauses = pauses;
    this.refusals = new Refusals(transactions);
    this.types = new TypeAdoption(transactions);
    this.busy = new BusyLoads(transactions, settings, clock);
    this.changedIds = new GrowingPauses<>(FIRST_REST, clock);
  }

  /** What is tried for one chunk, and how often it was. */
  private final class Attempt {
    final Departures files;
    final Chunk chunk;
    final boolean last;
    boolean careful;
    int looks;
    int waits;

    Attempt(Departures files, Chunk chunk, boolean last) {
      this.files = files;
      this.chunk = chunk;
      this.last = last;
    }

    Claim claim() {
      return files.claim();
    }

    Chunk left() {
      return chunk.only(files.remaining());
    }

    ChunkLoad.Done once() {
      Chunk left = left();
      busy.check(left.tables());
      Prepared prepared = tables.prepare(TableNeeds.of(left.heads(), claim().feed()));
      ChunkLoad load = new ChunkLoad(claim(), left, last, prepared, careful, direct, settings);
      try {
        ChunkLoad.Done done = transactions.durable(load::run);
        busy.clear(left.tables());
        return done;
      } catch (RetryBatch e) {
        busy.explain(prepared.tables(), e);
        throw e;
      }
    }
  }

  /**
   * Loads what is left of the batch; files it cannot load now leave.
   *
   * @return nothing was committed where it has no files
   * @throws RuntimeException of no known fate; then nothing was committed
   */
  ChunkLoad.Done load(Departures files, Chunk chunk, boolean last) {
    Attempt attempt = new Attempt(files, chunk, last);
    while (!files.remaining().isEmpty()) {
      try {
        ChunkLoad.Done done = attempt.once();
        changedIds.clear(files.claim().feed());
        return done;
      } catch (RetryBatch e) {
        retry(attempt, e);
      } catch (StaleTables e) {
        lookAgain(attempt, e.tableIds(), e);
      } catch (RegistryChanged e) {
        handleAll(attempt, e);
      } catch (TypeChanged e) {
        typeChanged(attempt, e);
      } catch (BusyTables e) {
        postpone(attempt, e);
      } catch (RefusedTarget e) {
        park(attempt, e);
      } catch (DatabaseException e) {
        refused(attempt, e);
      }
    }
    return ChunkLoad.Done.NOTHING;
  }

  private void retry(Attempt attempt, RetryBatch e) {
    if (++attempt.waits > settings.retries()) {
      throw e;
    }
    LOG.warn("feed={} a chunk is loaded again: {}", attempt.claim().feed(), e.getMessage());
    if (e.isOf(RetryBatch.DEADLOCK)) {
      attempt.left().tables().forEach(direct::failed); // merges take keys in order, COPY does not
    }
    pauses.pause(attempt.waits);
  }

  private void lookAgain(Attempt attempt, Set<Integer> tableIds, RuntimeException e) {
    LOG.warn("feed={} tables are looked at again: {}", attempt.claim().feed(), e.getMessage());
    tableIds.forEach(tables::forget);
    if (++attempt.looks > LOOKS) {
      throw e;
    }
  }

  private void refused(Attempt attempt, DatabaseException e) {
    Fate fate = SqlFates.of(e.sqlException());
    Set<Integer> needed = attempt.left().tables();
    if (StaleTables.lacksPartition(e.sqlException()) && attempt.looks < LOOKS) {
      lookAgain(attempt, needed, e);
    } else if (fate == Fate.SPLIT && !attempt.careful) {
      attempt.careful = true;
    } else if (fate == Fate.PARK_TARGET) {
      park(attempt, refusals.explain(needed, e));
    } else {
      throw e;
    }
  }

  /** What the registries were when these files were handled they are not now. */
  private void handleAll(Attempt attempt, RuntimeException e) {
    String message = e.getMessage();
    String feed = attempt.claim().feed();
    LOG.warn("feed={} files are handled again: {}", feed, message);
    Duration pause = changedIds.note(feed, message);
    Set<Long> all = attempt.files.remaining();
    attempt.files.handleAgain(all, pause, "registry_changed", message, Epoch::raise);
  }

  private void typeChanged(Attempt attempt, TypeChanged e) {
    tables.forget(e.tableId());
    try {
      types.adopt(e);
    } catch (RefusedTarget refused) {
      park(attempt, refused);
      return;
    }
    LOG.warn("feed={} files are handled again: {}", attempt.claim().feed(), e.getMessage());
    Set<Long> files = filesOf(attempt, Set.of(e.tableId()), e);
    attempt.files.handleAgain(
        files, Duration.ZERO, "type_changed", e.getMessage(), Departures.Beside.NOTHING);
  }

  private void postpone(Attempt attempt, BusyTables e) {
    LOG.warn("feed={} files wait: {}", attempt.claim().feed(), e.getMessage());
    Set<Long> files = filesOf(attempt, e.tableIds(), e);
    attempt.files.handleAgain(
        files, e.pause(), "table_busy", e.getMessage(), Departures.Beside.NOTHING);
  }

  private void park(Attempt attempt, RefusedTarget e) {
    LOG.warn("feed={} files are parked: {}", attempt.claim().feed(), e.getMessage());
    e.tableIds().forEach(tables::forget);
    attempt.files.leave(
        filesOf(attempt, e.tableIds(), e),
        file -> Leaving.parked(attempt.claim(), file, e.reason() + ": " + e.getMessage()),
        Outcome.retried(e.reason()));
  }

  /** Never none: what concerns no file of the batch would be tried for ever. */
  private static Set<Long> filesOf(Attempt attempt, Set<Integer> tableIds, RuntimeException e) {
    Set<Long> files = attempt.left().filesOf(tableIds);
    if (files.isEmpty()) {
      throw e;
    }
    return files;
  }
}
