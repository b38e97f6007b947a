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
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Makes a database that was restored to an earlier point whole again from staging, without the
 * sources. May be repeated; nothing is deleted.
 */
public final class Recovery {

  /**
   * What is or would be done.
   *
   * @param epoch the new one; caches of ids made under an older one are void
   * @param reset files in flight whose messages and chunks no longer count: they wait again
   * @param again files the ledger knows as closed since that are handled again
   * @param gone those of them that are no longer in staging; their rows stay as they were restored
   * @param remembered files the ledger had forgotten that come into it and wait to be handled
   * @param foundAgain forgotten files that a scan has meanwhile found in the source again
   * @param damaged packs in staging whose index cannot be read: only the sources can bring their
   *     files back
   */
  public record Result(
      long epoch,
      int reset,
      int again,
      LeftAlone gone,
      int remembered,
      int foundAgain,
      List<String> damaged) {}

  /** Handling numbers of an epoch start here, so that no earlier message or chunk fits. */
  private static final int HANDLINGS_AN_EPOCH = 1000;

  private final Staging staging;
  private final Map<String, String> formerly;
  private final RecoveryLedger ledger;

  /**
   * @param formerly the former names of feeds that have one
   */
  public Recovery(
      Transactions transactions,
      LedgerPartitions partitions,
      Staging staging,
      Map<String, String> formerly) {
    this.staging = staging;
    this.formerly = formerly;
    this.ledger = new RecoveryLedger(transactions, partitions);
  }

  /**
   * What {@link #recover} would do now; nothing is changed.
   *
   * @throws PauseStage when database or staging is away
   */
  public Result plan(Instant since) {
    return new Run(since, ledger.nextEpoch(), false).result(ledger.queued());
  }

  /**
   * Recovers everything found or loaded since.
   *
   * @param since at or before the point the database was restored to
   * @throws PauseStage when database or staging is away; then repeat
   */
  public Result recover(Instant since) {
    Run run = new Run(since, ledger.raiseEpoch(), true);
    return run.result(ledger.resetWork(run.handling));
  }

  private final class Run {
    private final Instant since;
    private final long epoch;
    private final int handling;
    private final boolean change;
    private int again;
    private LeftAlone gone = LeftAlone.NONE;
    private int remembered;
    private int foundAgain;
    private final List<String> damaged = new ArrayList<>();

    Run(Instant since, long epoch, boolean change) {
      this.since = since;
      this.epoch = epoch;
      this.handling = Math.toIntExact(epoch * HANDLINGS_AN_EPOCH);
      this.change = change;
    }

    Result result(int reset) {
      try {
        for (String hour : hours()) {
          recoverHour(hour);
        }
      } catch (UncheckedIOException e) {
        throw new PauseStage("staging: " + e.getCause().getMessage(), e);
      } catch (IOException e) {
        throw new PauseStage("staging: " + e.getMessage(), e);
      }
      recoverLoaded();
      return new Result(epoch, reset, again, gone, remembered, foundAgain, List.copyOf(damaged));
    }

    private List<String> hours() throws IOException {
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

    private void recoverHour(String hour) throws IOException {
      List<String> names = names(hour.split("/", -1)[1]);
      for (StagedObject pack : staging.list(hour)) {
        recoverPack(names, pack.key());
      }
    }

    /**
     * Whose files lie in a folder: of the feed it is named after, or first of one renamed since.
     */
    private List<String> names(String folder) {
      return Stream.concat(
              formerly.keySet().stream().filter(feed -> formerly.get(feed).equals(folder)),
              Stream.of(folder))
          .toList();
    }

    private void recoverPack(List<String> names, String key) throws IOException {
      List<RawIdentity> files = index(key);
      long pack = StagingKeys.token(key);
      Set<Long> known = ledger.known(names, files);
      if (change) {
        ledger.passSequences(pack, files.stream().map(RawIdentity::fileId).toList());
        ledger.skipFetch(pack, files.stream().filter(f -> known.contains(f.fileId())).toList());
      }
      List<RawIdentity> unknown = new ArrayList<>();
      for (RawIdentity file : files) {
        if (!known.contains(file.fileId())) {
          boolean found = ledger.foundAgain(names, file);
          foundAgain += found ? 1 : 0;
          if (!found) {
            unknown.add(file);
          }
        }
      }
      if (change) {
        remember(names, key, unknown);
      } else {
        remembered += unknown.size();
      }
    }

    private void remember(List<String> names, String key, List<RawIdentity> unknown)
        throws IOException {
      String feed = names.get(0);
      Set<Long> taken = ledger.taken(names, unknown);
      List<RawIdentity> renumber =
          unknown.stream().filter(file -> taken.contains(file.fileId())).toList();
      List<RawIdentity> keep =
          unknown.stream().filter(file -> !taken.contains(file.fileId())).toList();
      remembered += ledger.insert(feed, StagingKeys.token(key), keep, handling);
      if (!renumber.isEmpty()) {
        renumber(feed, key, renumber);
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
    private void renumber(String feed, String key, List<RawIdentity> files) throws IOException {
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

    private void recoverLoaded() {
      StagedPacks packs = new StagedPacks(staging, formerly);
      for (RecoveryLedger.Closed closed : ledger.closedSince(since)) {
        if (!packs.has(closed.feed(), closed.pack())) {
          gone = gone.plus(new LeftAlone(closed.ids().size(), closed.ids().get(0), closed.path()));
        } else {
          again += change ? ledger.restart(closed.ids(), handling) : closed.ids().size();
        }
      }
    }
  }
}
