package io.sluice.getter.scan;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedSource.After;
import io.sluice.core.feed.PathPattern;
import io.sluice.core.ledger.FileIntake;
import io.sluice.core.ledger.Leases;
import io.sluice.core.metric.Metric;
import io.sluice.core.sql.Transactions;
import io.sluice.getter.source.Listing;
import io.sluice.getter.source.Source;
import io.sluice.getter.source.SourceFile;
import io.sluice.getter.source.SourceSession;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scans one host of one feed: lists it and offers what has settled to the ledger. Across replicas a
 * host is scanned by one at a time, and no sooner than the feed's poll after the scan before.
 */
public final class Scanner {

  private static final Logger log = LoggerFactory.getLogger(Scanner.class);
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final Instant LAST_TIME = Instant.parse("9999-12-31T23:59:59Z");
  private static final String NO_TIME =
      "no_time: the source gives no possible modification time; set one";
  private static final String TOO_OLD =
      "too_old: modified before %s, where the feed's since begins; raise source.since or replay it"
          + " from the source";
  private static final Pattern TOMB = Pattern.compile("\\..*\\.sluice-[0-9]+");

  private final Leases leases;
  private final ScanLedger ledger;
  private final FileIntake intake;
  private final Clock clock;
  private final MeterRegistry registry;
  private final Map<String, SettleTracker> trackers = new ConcurrentHashMap<>();
  private final Map<String, SeenFiles> seenFiles = new ConcurrentHashMap<>();

  public Scanner(
      Leases leases,
      Transactions transactions,
      FileIntake intake,
      Clock clock,
      MeterRegistry registry) {
    this.leases = leases;
    this.ledger = new ScanLedger(transactions);
    this.intake = intake;
    this.clock = clock;
    this.registry = registry;
  }

  /**
   * Scans if it is due and no one else does.
   *
   * @return empty when it was not due, or the host could not be listed, which the ledger then says
   */
  public Optional<ScanResult> scan(Feed feed, Source source) {
    String name = Leases.ofScan(feed.name(), source.host());
    if (!leases.take(name, LEASE)) {
      return Optional.empty();
    }
    try {
      Optional<String> obstacle = intake.takeOver(feed, source.host());
      Optional<ScanLedger.Before> due = ledger.begin(feed.name(), source, pollOf(feed, name));
      if (obstacle.isPresent()) {
        due.ifPresent(before -> refuse(feed, source, obstacle.get()));
        return Optional.empty();
      }
      return due.flatMap(before -> run(feed, source, name, before));
    } finally {
      leases.release(name);
    }
  }

  private void refuse(Feed feed, Source source, String obstacle) {
    log.warn("feed={} host={} not scanned: {}", feed.name(), source.host(), obstacle);
    ledger.end(feed.name(), source.host(), 0, 0, 0, obstacle);
  }

  /** While files are settling, the next look comes sooner. */
  private Duration pollOf(Feed feed, String name) {
    SettleTracker tracker = trackers.get(name);
    Duration poll = feed.source().poll();
    Duration stable = feed.source().stable();
    return tracker != null && tracker.waiting() > 0 && stable.compareTo(poll) < 0 ? stable : poll;
  }

  private Optional<ScanResult> run(
      Feed feed, Source source, String name, ScanLedger.Before before) {
    Scan scan = new Scan(feed, source.host(), name, before);
    Instant start = clock.instant();
    try {
      ScanResult result = scan.run(source);
      ledger.end(
          feed.name(), source.host(), result.files(), result.found(), result.skipped(), null);
      ledger.absorb(feed.name(), source);
      report(feed, source, result, Duration.between(start, clock.instant()));
      return Optional.of(result);
    } catch (LostLease e) {
      log.warn("feed={} host={} is scanned by another getter now", feed.name(), source.host());
      return Optional.empty();
    } catch (IOException e) {
      log.warn("feed={} host={} not scanned: {}", feed.name(), source.host(), e.getMessage());
      ledger.end(feed.name(), source.host(), 0, scan.offers.found(), 0, e.getMessage());
      return Optional.empty();
    } finally {
      scan.offers.newlySkipped().forEach((reason, files) -> skipped(feed, reason, files));
    }
  }

  private void skipped(Feed feed, String reason, int files) {
    registry
        .counter(Metric.FILES_SKIPPED.meter(), "feed", feed.name(), "reason", reason)
        .increment(files);
    log.warn(
        "feed={} skipped {} more files: {}; see: sluice files --state skipped",
        feed.name(),
        files,
        reason);
  }

  private void report(Feed feed, Source source, ScanResult result, Duration time) {
    registry.counter(Metric.FILES_FOUND.meter(), "feed", feed.name()).increment(result.found());
    registry
        .timer(Metric.SCAN_SECONDS.meter(), "feed", feed.name(), "host", source.host())
        .record(time);
    log.debug("feed={} host={} scanned in {}: {}", feed.name(), source.host(), time, result);
  }

  private SettleTracker tracker(Feed feed, String name) {
    return trackers.compute(
        name,
        (n, old) ->
            old != null && old.stable().equals(feed.source().stable())
                ? old
                : new SettleTracker(feed.source().stable()));
  }

  /** The listing took so long that another getter scans the host, perhaps by another name. */
  private static final class LostLease extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** One scan at work. */
  private final class Scan {
    private final Feed feed;
    private final String lease;
    private final Instant now = clock.instant();
    private final Instant oldest;
    private final long filesBefore;
    private final SettleTracker tracker;
    private final SeenFiles seen;
    private final FileOffers offers;
    private Instant renewAt = now.plus(LEASE.dividedBy(3));
    private long tooOld;
    private long internal;
    private long unchanged;

    Scan(Feed feed, String host, String lease, ScanLedger.Before before) {
      this.feed = feed;
      this.lease = lease;
      this.oldest = before.firstSeen().minus(feed.source().since());
      boolean emptied = !(feed.source().after() instanceof After.Keep); // by Sluice itself
      this.filesBefore = emptied ? 0 : before.files();
      this.tracker = tracker(feed, lease);
      this.seen = seenFiles.computeIfAbsent(lease, n -> new SeenFiles());
      this.offers = new FileOffers(feed, host, intake, now, seen::add);
    }

    ScanResult run(Source source) throws IOException {
      seen.begin(now);
      Listing listing = list(source);
      listing.leftOut().forEach(this::leaveOut);
      offer();
      seen.end();
      int unsettled = tracker.endScan();
      return new ScanResult(
          listing.files(),
          offers.found(),
          unchanged + offers.known(),
          tooOld + offers.tooOld(),
          unsettled,
          internal,
          listing.unsafeNames() + listing.unreadable() + listing.repeated());
    }

    private Listing list(Source source) throws IOException {
      PathPattern.Level level = feed.source().pathPattern().scan(oldest, now);
      try (SourceSession session = source.connect(Source.Purpose.SCAN)) {
        return session.list(level, filesBefore, this::visit);
      } catch (IOException e) {
        offer(); // what was found before
        throw e;
      }
    }

    private void offer() {
      keepLease();
      offers.flush();
    }

    private void visit(SourceFile file) {
      keepLease();
      if (TOMB.matcher(file.name()).matches()) {
        internal++;
      } else if (hasNoTime(file)) {
        tooOld++;
        skip(new SourceFile(file.path(), file.size(), Instant.EPOCH), NO_TIME);
      } else if (file.modified().isBefore(oldest)) {
        tooOld++;
        skip(file, TOO_OLD.formatted(oldest));
      } else if (seen.has(file)) {
        unchanged++;
        seen.add(file);
      } else if (tracker.settled(file, now)) {
        offers.add(file);
      }
    }

    private void keepLease() {
      if (clock.instant().isAfter(renewAt)) {
        renewAt = clock.instant().plus(LEASE.dividedBy(3));
        if (!leases.take(lease, LEASE)) {
          throw new LostLease();
        }
      }
    }

    /** PostgreSQL's times end somewhere, too. */
    private static boolean hasNoTime(SourceFile file) {
      return file.modified().equals(Instant.EPOCH) || file.modified().isAfter(LAST_TIME);
    }

    private void skip(SourceFile file, String reason) {
      if (!seen.skippedBefore(file)) {
        offers.skip(file, reason);
      }
    }

    private void leaveOut(Listing.LeftOut entry) {
      skip(new SourceFile(entry.path(), 0, Instant.EPOCH), entry.why().reason());
    }
  }
}
