package io.sluice.getter.sweep;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.ledger.Leases;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Deleted;
import io.sluice.core.staging.StagedObject;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes from staging what no one needs any more: packs after their time, chunks after they are
 * loaded, and what belongs to nothing. Never what a file in flight may need. Goes by feed, day and
 * hour, so that the young hours are not even listed. Called every ten minutes or so.
 */
public final class StagingSweeper implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(StagingSweeper.class);
  private static final String LEASE = "staging sweeper";
  private static final Duration LEASE_TIME = Duration.ofMinutes(15);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration ABANDONED = Duration.ofDays(1);

  /** Rests between looks for room, in the time that one took: it may find little to delete. */
  private static final int PASSES_REST = 10;

  private final Leases leases;
  private final Staging staging;
  private final Clock clock;
  private final SweepSettings settings;
  private final ChunkSweep chunks;
  private final PackSweep packs;
  private Instant rested = Instant.MIN;

  public StagingSweeper(
      Leases leases,
      Transactions transactions,
      Staging staging,
      Clock clock,
      SweepSettings settings) {
    this.leases = leases;
    this.staging = staging;
    this.clock = clock;
    this.settings = settings;
    this.chunks = new ChunkSweep(transactions, staging);
    this.packs = new PackSweep(transactions, staging);
  }

  /**
   * Sweeps once.
   *
   * @throws PauseStage when database or staging are away
   */
  @Override
  public void run() {
    sweep(
        () -> {
          staging.deleteAbandoned(clock.instant().minus(ABANDONED));
          return sweepChunks(settings.keepChunks()).plus(sweepPacks()).plus(freed());
        });
  }

  /**
   * Makes room where staging is nearly full. Called several times a minute: whoever waits for room
   * waits for this.
   *
   * @throws PauseStage when database or staging are away
   */
  public void makeRoom() {
    Instant start = clock.instant();
    if (start.isAfter(rested)) {
      sweep(this::freed);
      rested = start.plus(Duration.between(start, clock.instant()).multipliedBy(PASSES_REST));
    }
  }

  private interface Sweep {
    Deleted run() throws IOException;
  }

  private synchronized void sweep(Sweep sweep) {
    if (!leases.take(LEASE, LEASE_TIME)) {
      return;
    }
    try {
      Deleted deleted = sweep.run();
      if (deleted.objects() > 0) {
        log.info("deleted {} objects, {} bytes, from staging", deleted.objects(), deleted.bytes());
      }
    } catch (IOException e) {
      throw new PauseStage("staging: " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw new PauseStage("staging: " + e.getCause().getMessage(), e);
    }
  }

  private Deleted sweepChunks(Duration keep) throws IOException {
    Instant before = clock.instant().minus(keep);
    Deleted deleted = Deleted.NOTHING;
    for (String hour : hours(StagingKeys.CHUNK)) {
      deleted = deleted.plus(chunks.sweep(hour, before));
    }
    return deleted;
  }

  private Deleted sweepPacks() throws IOException {
    Deleted deleted = Deleted.NOTHING;
    for (String hour : hours(StagingKeys.RAW)) {
      Duration age = Duration.between(StagingKeys.hourOf(hour).plus(HOUR), clock.instant());
      if (age.compareTo(settings.keepRaw()) > 0) {
        boolean rejects = age.compareTo(settings.keepRejected()) <= 0;
        deleted = deleted.plus(sweepHour(hour, rejects, Long.MAX_VALUE));
      }
    }
    return deleted;
  }

  /**
   * @param enough bytes after which the rest may stay
   */
  private Deleted sweepHour(String hour, boolean keepRejects, long enough) throws IOException {
    Deleted deleted = Deleted.NOTHING;
    List<StagedObject> objects =
        staging.list(hour).stream().sorted(Comparator.comparing(StagedObject::modified)).toList();
    for (StagedObject pack : objects) {
      if (deleted.bytes() < enough) {
        deleted = deleted.plus(packs.sweep(pack, keepRejects));
      }
    }
    return deleted;
  }

  /**
   * When staging is nearly full: first chunks that are loaded, then packs before their time, the
   * oldest first, and only then those whose files had rejects.
   */
  private Deleted freed() throws IOException {
    long tooMuch = staging.use().excess(settings.fullest());
    if (tooMuch == 0) {
      return Deleted.NOTHING;
    }
    Deleted deleted = sweepChunks(Duration.ZERO);
    List<String> oldestFirst =
        hours(StagingKeys.RAW).stream().sorted(Comparator.comparing(StagingKeys::hourOf)).toList();
    for (boolean keepRejects : new boolean[] {true, false}) {
      for (String hour : oldestFirst) {
        if (deleted.bytes() < tooMuch) {
          deleted = deleted.plus(sweepHour(hour, keepRejects, tooMuch - deleted.bytes()));
        }
      }
    }
    return deleted;
  }

  private List<String> hours(String kind) throws IOException {
    List<String> hours = new ArrayList<>();
    for (String feed : staging.folders(kind)) {
      for (String day : staging.folders(feed)) {
        hours.addAll(staging.folders(day));
      }
    }
    return hours;
  }
}
