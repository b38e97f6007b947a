package io.sluice.core.ops;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.DamagedPack;
import io.sluice.core.staging.PackWriter;
import io.sluice.core.staging.Packs;
import io.sluice.core.staging.RawIdentity;
import io.sluice.core.staging.StagedObject;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingObjectMissing;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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
   * @param damaged packs in staging whose index cannot be read: only the sources can bring their
   *     files back
   */
  public record Result(
      long epoch, int reset, int again, int remembered, int foundAgain, List<String> damaged) {}

  /** Handling numbers of an epoch start here, so that no earlier message or chunk fits. */
  private static final int HANDLINGS_AN_EPOCH = 1000;

  private final Staging staging;
  private final RecoveryLedger ledger;
  private int again;
  private int remembered;
  private int foundAgain;
  private final List<String> damaged = new ArrayList<>();

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
    damaged.clear();
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
    return new Result(epoch, reset, again, remembered, foundAgain, List.copyOf(damaged));
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
    String feed = hour.split("/", -1)[1];
    for (StagedObject pack : staging.list(hour)) {
      recoverPack(feed, pack.key(), handling);
    }
  }

  private void recoverPack(String feed, String key, int handling) throws IOException {
    List<RawIdentity> files = index(key);
    long pack = StagingKeys.token(key);
    ledger.passSequences(pack, files.stream().map(RawIdentity::fileId).toList());
    Set<Long> known = ledger.known(feed, files);
    again += ledger.restart(List.copyOf(known), handling);
    ledger.skipFetch(pack, files.stream().filter(f -> known.contains(f.fileId())).toList());
    List<RawIdentity> unknown = new ArrayList<>();
    for (RawIdentity file : files) {
      if (!known.contains(file.fileId())) {
        boolean found = ledger.foundAgain(feed, file);
        foundAgain += found ? 1 : 0;
        if (!found) {
          unknown.add(file);
        }
      }
    }
    Set<Long> taken = ledger.taken(feed, unknown);
    List<RawIdentity> renumber =
        unknown.stream().filter(file -> taken.contains(file.fileId())).toList();
    unknown.removeAll(renumber);
    remembered += ledger.insert(feed, pack, unknown, handling);
    if (!renumber.isEmpty()) {
      renumber(feed, key, renumber, handling);
    }
  }

  /** Archives are left out: a scan finds them again, and their members come here. */
  private List<RawIdentity> index(String key) throws IOException {
    try {
      return Packs.index(staging, key).stream().filter(file -> !file.archive()).toList();
    } catch (DamagedPack e) {
      damaged.add(key);
      return List.of();
    }
  }

  /**
   * Other files have got these ids since the restore: these take new ids, in a pack of their own.
   */
  private void renumber(String feed, String key, List<RawIdentity> files, int handling)
      throws IOException {
    long token = ledger.newToken();
    try (PackWriter pack = new PackWriter(staging, feed, token)) {
      for (RawIdentity file : files) {
        RawIdentity renumbered = file.as(ledger.newFileId(file)).at(pack.position());
        try (InputStream in = Packs.open(staging, key, file.offset(), file.size())) {
          pack.write(in);
        }
        pack.add(renumbered);
      }
      pack.commit();
      remembered += ledger.insert(feed, token, pack.files(), handling);
    }
  }

  /** Found earlier, loaded since. */
  private void recoverLoaded(Instant since, int handling) throws IOException {
    List<Long> ids = new ArrayList<>();
    for (RecoveryLedger.Closed file : ledger.closedSince(since)) {
      if (isStaged(StagingKeys.raw(file.feed(), file.pack()))) {
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
