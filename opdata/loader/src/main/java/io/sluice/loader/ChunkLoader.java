package io.sluice.loader;

import io.sluice.core.fate.Fate;
import io.sluice.core.fate.RetryBatch;
import io.sluice.core.fate.SqlFates;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.sql.DatabaseException;
import io.sluice.core.sql.Transactions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads chunks together and repeats as the failure says: locks after a wait, changed tables after a
 * look at them, refused targets without their files, refused rows one by one.
 */
final class ChunkLoader {

  private static final Logger LOG = LoggerFactory.getLogger(ChunkLoader.class);
  private static final int LOOKS = 4;

  /**
   * What became of chunks.
   *
   * @param done committed now
   * @param postponed put off with their files, which come again by themselves, and why
   * @param busy not loaded for locks, to be tried again
   */
  record Loaded(
      Set<ChunkId> done,
      Map<ChunkId, String> postponed,
      Set<ChunkId> busy,
      Counts counts,
      List<WorkMessage> settle) {}

  private final Transactions transactions;
  private final Tables tables;
  private final LoadSettings settings;
  private final Pauses pauses;
  private final Refusals refusals;
  private final TypeAdoption types;

  ChunkLoader(Transactions transactions, Tables tables, LoadSettings settings, Pauses pauses) {
    this.transactions = transactions;
    this.tables = tables;
    this.settings = settings;
    this.pauses = pauses;
    this.refusals = new Refusals(transactions);
    this.types = new TypeAdoption(transactions);
  }

  /**
   * @throws RuntimeException of no known fate; then nothing was committed
   */
  Loaded load(List<LoadedChunk> chunks) {
    List<LoadedChunk> left = new ArrayList<>(chunks);
    Map<ChunkId, String> postponed = new HashMap<>();
    boolean careful = false;
    int looks = 0;
    int waits = 0;
    while (!left.isEmpty()) {
      try {
        BatchLoad.Done done = once(left, careful);
        return new Loaded(done.loaded(), postponed, Set.of(), done.counts(), done.settle());
      } catch (RetryBatch e) {
        LOG.warn("{} chunks are loaded again: {}", left.size(), e.getMessage());
        if (++waits > settings.retries()) {
          return new Loaded(Set.of(), postponed, ids(left), new Counts(), List.of());
        }
        pauses.pause(waits);
      } catch (StaleTables e) {
        e.tableIds().forEach(tables::forget);
        if (++looks > LOOKS) {
          throw e;
        }
      } catch (UnknownTable e) {
        postpone(left, postponed, Set.of(e.tableId()), "table_unknown", e.getMessage());
      } catch (TypeChanged e) {
        typeChanged(left, postponed, e);
      } catch (RefusedTarget e) {
        park(left, postponed, e);
      } catch (DatabaseException e) {
        Fate fate = SqlFates.of(e.sqlException());
        if (StaleTables.lacksPartition(e.sqlException()) && ++looks <= LOOKS) {
          needed(left).forEach(tables::forget);
        } else if (fate == Fate.SPLIT && !careful) {
          careful = true;
        } else if (fate == Fate.PARK_TARGET) {
          park(left, postponed, refusals.explain(needed(left), e));
        } else {
          throw e;
        }
      }
    }
    return new Loaded(Set.of(), postponed, Set.of(), new Counts(), List.of());
  }

  private BatchLoad.Done once(List<LoadedChunk> chunks, boolean careful) {
    Prepared prepared = tables.prepare(TableNeeds.of(chunks));
    return transactions.durable(new BatchLoad(chunks, prepared, careful, settings)::run);
  }

  private static Set<ChunkId> ids(List<LoadedChunk> chunks) {
    return chunks.stream().map(LoadedChunk::id).collect(Collectors.toSet());
  }

  private static Set<Integer> needed(List<LoadedChunk> chunks) {
    return TableNeeds.of(chunks).keySet();
  }

  private void typeChanged(List<LoadedChunk> left, Map<ChunkId, String> postponed, TypeChanged e) {
    tables.forget(e.tableId());
    try {
      types.adopt(e);
      postpone(left, postponed, Set.of(e.tableId()), "type_changed", e.getMessage());
    } catch (RefusedTarget refused) {
      park(left, postponed, refused);
    }
  }

  private void park(List<LoadedChunk> left, Map<ChunkId, String> postponed, RefusedTarget e) {
    LOG.warn("files are parked: {}", e.getMessage());
    e.tableIds().forEach(tables::forget);
    Set<Long> files = take(left, postponed, e.tableIds(), e.reason());
    transactions.ledger(
        c -> {
          LoadLedger.park(c, files, e.reason() + ": " + e.getMessage());
          return null;
        });
  }

  private void postpone(
      List<LoadedChunk> left,
      Map<ChunkId, String> postponed,
      Set<Integer> tableIds,
      String reason,
      String message) {
    LOG.warn("files are handled again: {}", message);
    handleAgain(take(left, postponed, tableIds, reason), reason + ": " + message);
  }

  /** Takes the files of these tables out of the batch. */
  private static Set<Long> take(
      List<LoadedChunk> left,
      Map<ChunkId, String> postponed,
      Set<Integer> tableIds,
      String reason) {
    Set<Long> files = new HashSet<>();
    for (LoadedChunk chunk : left) {
      if (chunk.segments().stream().anyMatch(s -> tableIds.contains(s.head().tableId()))) {
        files.add(chunk.id().fileId());
      }
    }
    left.stream()
        .filter(c -> files.contains(c.id().fileId()))
        .forEach(c -> postponed.put(c.id(), reason));
    left.removeIf(c -> files.contains(c.id().fileId()));
    return files;
  }

  /** Gives files back to the handler: what is staged of them cannot be loaded. */
  void handleAgain(Collection<Long> files, String reason) {
    transactions.ledger(
        c -> {
          LoadLedger.handleAgain(c, files, reason);
          return null;
        });
  }

  /** Notes why a chunk failed, for people who look while it is tried again. */
  void remember(Attempt attempt, RuntimeException e) {
    LOG.warn(
        "feed {}: file {}, chunk {}: attempt {} failed",
        attempt.feed(),
        attempt.id().fileId(),
        attempt.id().chunk(),
        attempt.attempts(),
        e);
  }

  /**
   * A chunk that failed at the limit.
   *
   * @return settle messages, of parents of a file that closes with it
   */
  List<WorkMessage> bury(Attempt attempt, long cells, String reason, String error) {
    return transactions.durable(
        c -> {
          ChunkId id = attempt.id();
          Integer current = LoadLedger.lockFiles(c, List.of(id.fileId())).get(id.fileId());
          if (current == null
              || current != id.handling()
              || LoadLedger.claim(c, List.of(id), "dead", reason).isEmpty()) {
            return List.of();
          }
          LoadLedger.insertDead(c, attempt, reason, Rejects.shortened(error));
          return BatchLoad.close(c, LoadLedger.addDead(c, id.fileId(), cells));
        });
  }
}
