package io.sluice.getter.sweep;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.ledger.Leases;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Deleted;
import io.sluice.core.staging.StagedObject;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.StagingUse;
import io.sluice.getter.sweep.StagedFates.FileFate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes from staging what no one needs any more: raw files after their time, chunks after their
 * file has closed, and what belongs to no file. Never what a file in flight may need. Goes by feed,
 * day and hour, so that the young hours are not even listed. Called every ten minutes or so.
 */
public final class StagingSweeper implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(StagingSweeper.class);
  private static final String LEASE = "staging sweeper";
  private static final Duration LEASE_TIME = Duration.ofMinutes(15);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration ABANDONED = Duration.ofDays(1);
  private static final int BATCH = 1_000;

  private final Leases leases;
  private final StagedFates fates;
  private final Staging staging;
  private final Clock clock;
  private final SweepSettings settings;

  public StagingSweeper(
      Leases leases,
      Transactions transactions,
      Staging staging,
      Clock clock,
      SweepSettings settings) {
    this.leases = leases;
    this.fates = new StagedFates(transactions);
    this.staging = staging;
    this.clock = clock;
    this.settings = settings;
  }

  /**
   * Sweeps once.
   *
   * @throws PauseStage when database or staging are away
   */
  @Override
  public void run() {
    if (!leases.take(LEASE, LEASE_TIME)) {
      return;
    }
    try {
      Deleted deleted = sweepRaw().plus(sweepChunks()).plus(makeRoom());
      staging.deleteAbandoned(clock.instant().minus(ABANDONED));
      if (deleted.objects() > 0) {
        log.info("deleted {} objects, {} bytes, from staging", deleted.objects(), deleted.bytes());
      }
    } catch (IOException e) {
      throw new PauseStage("staging: " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw new PauseStage("staging: " + e.getCause().getMessage(), e);
    }
  }

  private Deleted sweepRaw() throws IOException {
    Instant now = clock.instant();
    Deleted deleted = Deleted.NOTHING;
    for (String hour : hours(StagingKeys.RAW)) {
      Duration age = Duration.between(StagingKeys.hourOf(hour).plus(HOUR), now);
      if (age.compareTo(settings.keepRaw()) > 0) {
        boolean all = age.compareTo(settings.keepRejected()) > 0;
        deleted = deleted.plus(sweepHour(hour, (object, file) -> rawNeeded(file, all)));
      }
    }
    return deleted;
  }

  private static boolean rawNeeded(FileFate file, boolean beyondRejects) {
    return file != null && (file.open() || (file.rejects() && !beyondRejects));
  }

  private Deleted sweepChunks() throws IOException {
    Instant before = clock.instant().minus(settings.keepChunks());
    Deleted deleted = Deleted.NOTHING;
    for (String hour : hours(StagingKeys.CHUNK)) {
      deleted = deleted.plus(sweepHour(hour, (object, file) -> chunkNeeded(object, file, before)));
    }
    return deleted;
  }

  private static boolean chunkNeeded(StagedObject chunk, FileFate file, Instant before) {
    if (!chunk.modified().isBefore(before)) {
      return true;
    }
    if (file == null) {
      return false;
    }
    return file.open()
        ? StagingKeys.handling(chunk.key()) >= file.current()
        : !file.closedAt().isBefore(before);
  }

  /** When staging is nearly full, the raw files of the oldest hours go before their time. */
  private Deleted makeRoom() throws IOException {
    StagingUse use = staging.use();
    if (use.limitBytes() == StagingSettings.UNLIMITED) {
      return Deleted.NOTHING;
    }
    long tooMuch = use.usedBytes() - (long) (use.limitBytes() * settings.fullest());
    Deleted deleted = Deleted.NOTHING;
    Iterator<String> oldestFirst =
        hours(StagingKeys.RAW).stream()
            .sorted(Comparator.comparing(StagingKeys::hourOf))
            .iterator();
    while (deleted.bytes() < tooMuch && oldestFirst.hasNext()) {
      deleted =
          deleted.plus(
              sweepHour(oldestFirst.next(), (object, file) -> file == null || file.open()));
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

  private Deleted sweepHour(String hour, Need need) throws IOException {
    Deleted deleted = Deleted.NOTHING;
    try (Stream<StagedObject> objects = staging.list(hour)) {
      Iterator<StagedObject> all = objects.iterator();
      while (all.hasNext()) {
        deleted = deleted.plus(sweepBatch(next(all), need));
      }
    }
    return deleted;
  }

  private static List<StagedObject> next(Iterator<StagedObject> all) {
    List<StagedObject> batch = new ArrayList<>(BATCH);
    while (all.hasNext() && batch.size() < BATCH) {
      batch.add(all.next());
    }
    return batch;
  }

  private Deleted sweepBatch(List<StagedObject> batch, Need need) throws IOException {
    Map<Long, FileFate> files = fates.of(batch);
    List<StagedObject> useless =
        batch.stream().filter(o -> !need.of(o, files.get(StagingKeys.fileId(o.key())))).toList();
    staging.delete(useless.stream().map(StagedObject::key).toList());
    return new Deleted(useless.size(), useless.stream().mapToLong(StagedObject::size).sum());
  }

  private interface Need {
    boolean of(StagedObject object, FileFate file);
  }
}
