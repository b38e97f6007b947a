package io.sluice.core.ops;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.RawIdentity;
import io.sluice.core.staging.StagedObject;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingObjectMissing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Makes a database that was restored to an earlier point whole again from staging, without the
 * sources. May be repeated; nothing is deleted.
 */
public final class Recovery {

  /**
   * What was done.
   *
   * @param epoch the new one; caches of ids made under an older one are void
   * @param reset files in flight whose messages and chunks no longer count: they wait again
   * @param again files the ledger knows as closed that will be handled again
   * @param remembered files the ledger had forgotten, now in it and waiting to be handled
   * @param foundAgain forgotten files that a scan has meanwhile found in the source again
   * @param nameless raw objects without an identity that the ledger does not know: only their
   *     source can bring them back
   */
  public record Result(
      long epoch, int reset, int again, int remembered, int foundAgain, List<String> nameless) {}

  /** Handling numbers of an epoch start here, so that no earlier message or chunk fits. */
  private static final int HANDLINGS_AN_EPOCH = 1000;

  private static final int BATCH = 200;

  private final Staging staging;
  private final RecoveryLedger ledger;
  private int again;
  private int remembered;
  private int foundAgain;
  private final List<String> nameless = new ArrayList<>();

  public Recovery(Transactions transactions, LedgerPartitions partitions, Staging staging) {
    this.staging = staging;
    this.ledger = new RecoveryLedger(transactions, partitions);
  }

  /**
   * Recovers everything found or loaded since.
   *
   * @param since at or before the point the database was restored to
   * @throws PauseStage when database or staging is away; then repeat
   */
  public synchronized Result recover(Instant since) {
    again = 0;
    remembered = 0;
    foundAgain = 0;
    nameless.clear();
    long epoch = ledger.raiseEpoch();
    int handling = Math.toIntExact(epoch * HANDLINGS_AN_EPOCH);
    int reset = ledger.resetWork(handling);
    try {
      for (String hour : hours(since)) {
        recoverHour(hour, handling);
      }
      recoverLoaded(since, handling);
    } catch (UncheckedIOException e) {
      throw new PauseStage("staging: " + e.getCause().getMessage(), e);
    } catch (IOException e) {
      throw new PauseStage("staging: " + e.getMessage(), e);
    }
    return new Result(epoch, reset, again, remembered, foundAgain, List.copyOf(nameless));
  }

  private List<String> hours(Instant since) throws IOException {
    List<String> hours = new ArrayList<>();
    for (String feed : staging.folders(StagingKeys.RAW)) {
      for (String day : staging.folders(feed)) {
        for (String hour : staging.folders(day)) {
          if (StagingKeys.hourOf(hour).plus(Duration.ofHours(1)).isAfter(since)) {
            hours.add(hour);
          }
        }
      }
    }
    return hours;
  }

  private void recoverHour(String hour, int handling) throws IOException {
    Set<String> keys = new TreeSet<>();
    try (Stream<StagedObject> objects = staging.list(hour)) {
      objects.map(StagedObject::key).forEach(keys::add);
    }
    List<RawIdentity> batch = new ArrayList<>();
    List<String> plain = new ArrayList<>();
    for (String key : keys) {
      if (RawIdentity.isIdentity(key)) {
        continue;
      }
      if (keys.contains(RawIdentity.key(key))) {
        Optional.of(RawIdentity.read(staging, RawIdentity.key(key)))
            .filter(file -> !file.archive()) // a scan finds it again, its members come here
            .ifPresent(batch::add);
      } else {
        plain.add(key);
      }
      if (batch.size() == BATCH) {
        recoverBatch(batch, handling);
        batch.clear();
      }
    }
    recoverBatch(batch, handling);
    recoverPlain(plain, handling);
  }

  private void recoverBatch(List<RawIdentity> files, int handling) throws IOException {
    if (files.isEmpty()) {
      return;
    }
    ledger.passSequence(files.stream().map(RawIdentity::fileId).toList());
    List<RawIdentity> free = new ArrayList<>();
    for (RawIdentity file : files) {
      free.add(ledger.isTaken(file) ? renumber(file) : file);
    }
    again += ledger.restart(free.stream().map(RawIdentity::fileId).toList(), handling);
    RecoveryLedger.Inserted inserted = ledger.insert(free, handling);
    remembered += inserted.remembered();
    foundAgain += inserted.foundAgain();
    ledger.skipFetch(free);
  }

  /** Another file has got the id since the restore: this one takes a new id and a new key. */
  private RawIdentity renumber(RawIdentity file) throws IOException {
    RawIdentity renumbered = ledger.renumbered(file);
    try (var bytes = staging.open(file.rawKey())) {
      staging.put(renumbered.rawKey(), bytes);
    }
    renumbered.write(staging);
    staging.delete(List.of(RawIdentity.key(file.rawKey()), file.rawKey()));
    return renumbered;
  }

  private void recoverPlain(List<String> keys, int handling) {
    List<Long> ids = new ArrayList<>();
    for (String key : keys) {
      ids.add(StagingKeys.fileId(key));
    }
    Set<Long> known = new HashSet<>(ledger.known(ids));
    again += ledger.restart(ids.stream().filter(known::contains).toList(), handling);
    keys.stream().filter(key -> !known.contains(StagingKeys.fileId(key))).forEach(nameless::add);
  }

  /** Found earlier, loaded since. */
  private void recoverLoaded(Instant since, int handling) throws IOException {
    List<Long> ids = new ArrayList<>();
    for (RecoveryLedger.Closed file : ledger.closedSince(since)) {
      if (isStaged(StagingKeys.raw(file.feed(), file.foundAt(), file.id()))) {
        ids.add(file.id());
      }
    }
    again += ledger.restart(ids, handling);
  }

  private boolean isStaged(String key) throws IOException {
    try {
      staging.size(key);
      return true;
    } catch (StagingObjectMissing e) {
      return false;
    }
  }
}
