package io.sluice.getter.sweep;

import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Deleted;
import io.sluice.core.staging.StagedObject;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.work.Batches;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Deletes chunks that no batch is to load, and that nobody is writing. */
final class ChunkSweep {

  private static final int BATCH = 1_000;

  private final Transactions transactions;
  private final Staging staging;

  ChunkSweep(Transactions transactions, Staging staging) {
    this.transactions = transactions;
    this.staging = staging;
  }

  /**
   * @param before chunks written since then stay
   */
  Deleted sweep(String hour, Instant before) throws IOException {
    List<StagedObject> old =
        staging.list(hour).stream().filter(o -> o.modified().isBefore(before)).toList();
    Deleted deleted = Deleted.NOTHING;
    for (int from = 0; from < old.size(); from += BATCH) {
      deleted = deleted.plus(delete(old.subList(from, Math.min(old.size(), from + BATCH))));
    }
    return deleted;
  }

  private Deleted delete(List<StagedObject> chunks) throws IOException {
    List<Long> tokens = chunks.stream().map(c -> StagingKeys.token(c.key())).distinct().toList();
    Set<Long> needed = transactions.ledger(c -> Batches.needed(c, tokens));
    List<StagedObject> useless =
        chunks.stream().filter(c -> !needed.contains(StagingKeys.token(c.key()))).toList();
    staging.delete(useless.stream().map(StagedObject::key).toList());
    return new Deleted(useless.size(), useless.stream().mapToLong(StagedObject::size).sum());
  }
}
