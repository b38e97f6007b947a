package io.sluice.getter.scan;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.Feeds;
import io.sluice.core.feed.HostPort;
import io.sluice.core.feed.Origin;
import io.sluice.core.ledger.FileIntake;
import io.sluice.core.ledger.Leases;
import io.sluice.core.sql.Transactions;
import io.sluice.getter.source.Names;
import io.sluice.getter.source.Source;
import io.sluice.getter.source.SourceAway;
import io.sluice.getter.source.SourceFile;
import io.sluice.getter.source.SourceFileFailed;
import io.sluice.getter.source.SourceFileMissing;
import io.sluice.getter.source.SourceReader;
import io.sluice.getter.source.Sources;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Takes files that someone says are ready, beside those a scan finds, through the same door: what
 * the ledger has is known, however often it is told.
 *
 * <p>Understands the VES notification of 3GPP file-ready events (ONAP VES 7, {@code
 * notificationFields.arrayOfNamedHashMap[].hashMap.location}) and a plain {@code {"feed": …,
 * "host": …, "path": …}} or a list of them. A file must match a feed's source and path; its size
 * and time are asked of the source, never believed.
 */
public final class FileReady {

  /**
   * What became of the files of one notification.
   *
   * @param found new files, now in the ledger
   * @param known files the ledger had, or that are too old for it
   * @param problems why other files were not taken, one sentence each
   */
  public record Accepted(int found, int known, List<String> problems) {}

  private static final Duration LEASE = Duration.ofMinutes(1);

  /** All who are told of files hold their leases together, beside scans. */
  private static final String OWNER = "file-ready";

  private final Supplier<Feeds> feeds;
  private final Sources sources;
  private final FileIntake intake;
  private final Leases leases;
  private final Clock clock;

  /**
   * @param feeds those in effect, asked anew for each notification
   */
  public FileReady(
      Supplier<Feeds> feeds,
      Sources sources,
      FileIntake intake,
      Transactions transactions,
      Clock clock) {
    this.feeds = feeds;
    this.leases = new Leases(transactions, OWNER);
    this.sources = sources;
    this.intake = intake;
    this.clock = clock;
  }

  /**
   * Takes the files of a notification.
   *
   * @param json UTF-8
   * @throws IllegalArgumentException when it is no notification; the text says what is missing
   * @throws SourceAway when a source cannot be asked now, or gets another name: send it again
   */
  public Accepted accept(byte[] json) throws IOException {
    List<String> problems = new ArrayList<>();
    Map<Target, List<ReadyFile>> ready = new LinkedHashMap<>();
    for (ReadyFile file : ReadyFile.parse(json)) {
      target(file)
          .ifPresentOrElse(
              target -> ready.computeIfAbsent(target, t -> new ArrayList<>()).add(file),
              () -> problems.add(file + " matches the source and path of no feed; add it to one"));
    }
    int found = 0;
    int known = 0;
    for (Map.Entry<Target, List<ReadyFile>> files : ready.entrySet()) {
      FileOffers offers = offer(files.getKey(), files.getValue(), problems);
      found += offers.found();
      known += offers.known() + offers.tooOld();
    }
    return new Accepted(found, known, List.copyOf(problems));
  }

  private FileOffers offer(Target target, List<ReadyFile> files, List<String> problems)
      throws IOException {
    List<SourceFile> there = there(target, files, problems);
    holdName(target);
    FileOffers offers = new FileOffers(target.feed, target.host, intake, clock.instant());
    there.forEach(offers::add);
    offers.flush();
    return offers;
  }

  private List<SourceFile> there(Target target, List<ReadyFile> files, List<String> problems)
      throws IOException {
    List<SourceFile> there = new ArrayList<>();
    Source source = sources.of(target.feed, target.host);
    try (SourceReader reader = new SourceReader(source, Source.Purpose.SCAN)) {
      for (ReadyFile file : files) {
        try {
          there.add(reader.stat(file.path()));
        } catch (SourceFileMissing | SourceFileFailed e) {
          problems.add(e.getMessage());
        }
      }
    }
    return there;
  }

  /** Until the lease is over, neither the feed nor the host gets another name. */
  private void holdName(Target target) throws SourceAway {
    if (!leases.take(Leases.ofNotified(target.feed.name(), target.host), LEASE)) {
      throw new SourceAway(
          "feed %s or its host %s has another name now, which this service has yet to read"
              .formatted(target.feed.name(), target.host));
    }
    Optional<String> obstacle = intake.takeOver(target.feed, target.host);
    if (obstacle.isPresent()) {
      throw new SourceAway(obstacle.get());
    }
  }

  private Optional<Target> target(ReadyFile file) {
    return feeds.get().all().stream()
        .filter(feed -> file.feed().isEmpty() || file.feed().get().equals(feed.name()))
        .filter(feed -> feed.source().pathPattern().matches(file.path()))
        .flatMap(feed -> host(feed, file).map(host -> new Target(feed, host)).stream())
        .findFirst();
  }

  /** The system of the feed that serves the file. */
  private static Optional<String> host(Feed feed, ReadyFile file) {
    if (!(feed.source().origin() instanceof Origin.Sftp sftp)) {
      return file.host().isEmpty() || file.host().get().host().equals(Source.LOCAL)
          ? Optional.of(Source.LOCAL)
          : Optional.empty();
    }
    List<Origin.RemoteSystem> systems = sftp.systems();
    if (file.host().isEmpty() && systems.size() == 1) {
      return Optional.of(systems.get(0).name());
    }
    return systems.stream()
        .filter(system -> file.host().filter(system.servers()::contains).isPresent())
        .map(Origin.RemoteSystem::name)
        .findFirst();
  }

  private record Target(Feed feed, String host) {}

  /**
   * A file named in a notification.
   *
   * @param feed if the sender names it
   * @param host empty for a local file, or for the only host of the feed
   */
  record ReadyFile(Optional<String> feed, Optional<HostPort> host, String path) {

    static List<ReadyFile> parse(byte[] json) {
      return FileReadyJson.read(json);
    }

    @Override
    public String toString() {
      return Names.printable(host.map(h -> h + ":").orElse("") + path);
    }
  }
}
