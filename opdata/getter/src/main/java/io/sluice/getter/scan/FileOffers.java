package io.sluice.getter.scan;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedSource.After;
import io.sluice.core.feed.PathPattern;
import io.sluice.core.ledger.FileIntake;
import io.sluice.core.ledger.FileIntake.Skipped;
import io.sluice.core.ledger.FoundFile;
import io.sluice.getter.source.SourceFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Offers the files of one feed and host to the ledger, a thousand at a time. */
final class FileOffers {

  static final int BATCH = 1_000;

  private final Feed feed;
  private final String host;
  private final FileIntake intake;
  private final Instant bulkBefore;
  private final PathPattern pattern;
  private final Consumer<SourceFile> taken;
  private final List<FoundFile> batch = new ArrayList<>(BATCH);
  private final List<SourceFile> files = new ArrayList<>(BATCH);
  private int found;
  private int known;
  private int tooOld;
  private final List<Skipped> skipped = new ArrayList<>();
  private final Map<String, Integer> newlySkipped = new TreeMap<>();

  FileOffers(Feed feed, String host, FileIntake intake, Instant now) {
    this(feed, host, intake, now, file -> {});
  }

  /**
   * @param taken is told the files that the ledger has
   */
  FileOffers(Feed feed, String host, FileIntake intake, Instant now, Consumer<SourceFile> taken) {
    this.taken = taken;
    this.feed = feed;
    this.host = host;
    this.intake = intake;
    this.bulkBefore = now.minus(feed.source().bulkAfter());
    this.pattern = feed.source().pathPattern();
  }

  /** Takes a file; returns whether a batch was sent. */
  boolean add(SourceFile file) {
    batch.add(found(file));
    files.add(file);
    if (batch.size() < BATCH) {
      return false;
    }
    flush();
    return true;
  }

  /** Takes a file that is not to be fetched. */
  void skip(SourceFile file, String reason) {
    skipped.add(new Skipped(found(file), reason));
    if (skipped.size() == BATCH) {
      flushSkipped();
    }
  }

  private void flushSkipped() {
    count(intake.skip(feed.name(), skipped));
    skipped.clear();
  }

  private void count(List<String> reasons) {
    reasons.forEach(reason -> newlySkipped.merge(reason, 1, Integer::sum));
  }

  private FoundFile found(SourceFile file) {
    Instant period = pattern.periodEnd(file.path()).orElse(null);
    return new FoundFile(host, file.path(), file.size(), file.modified(), period);
  }

  void flush() {
    flushSkipped();
    if (batch.isEmpty()) {
      return;
    }
    boolean settle = !(feed.source().after() instanceof After.Keep);
    FileIntake.Result result = intake.offer(feed.name(), batch, this::bulk, settle);
    batch.clear();
    files.forEach(taken);
    files.clear();
    found += result.found();
    known += result.known();
    tooOld += result.tooOld();
    count(result.skipped());
  }

  private boolean bulk(FoundFile file) {
    Instant period = file.period() == null ? file.mtime() : file.period();
    return period.isBefore(bulkBefore);
  }

  int found() {
    return found;
  }

  int known() {
    return known;
  }

  int tooOld() {
    return tooOld;
  }

  /** How many files were skipped for the first time, by reason. */
  Map<String, Integer> newlySkipped() {
    return newlySkipped;
  }
}
