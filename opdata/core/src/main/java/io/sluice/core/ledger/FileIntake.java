package io.sluice.core.ledger;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.Origin;
import io.sluice.core.ids.FileIds;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.work.Work;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Decides which listed files are new and writes those down: one row in sluice.file, one waiting for
 * the fetch in sluice.work. Two statements a batch, whatever its size. Files that are not to be
 * fetched get a row too, so that each can be found with its reason.
 */
public final class FileIntake {

  private static final Duration AHEAD = Duration.ofDays(1);
  private static final String TOO_OLD =
      "too_old: modified before what the ledger keeps, %d days; what it knew of older files it has"
          + " forgotten";

  /** Known versions are left out, in whatever partition they are. */
  private static final String SKIP =
      """
      insert into sluice.file (id, day, path_key, feed, host, path, size, mtime, period, bulk, state, stage, reason,
                               closed_at)
      select nextval('sluice.file_seq'), ?, path_key, ?, host, path, size, mtime, period, true, 'skipped', 'scan',
             reason, now()
      from unnest(?::uuid[], ?::text[], ?::text[], ?::bigint[], ?::timestamptz[], ?::timestamptz[], ?::text[])
        as o (path_key, host, path, size, mtime, period, reason)
      where not exists (select from sluice.file f where f.day = any (?) and f.path_key = o.path_key
                        and f.mtime = o.mtime and f.size = o.size)
      on conflict do nothing
      returning split_part(reason, ':', 1)
      """;

  /**
   * What became of an offer.
   *
   * @param found new files, now in the ledger, and those that had vanished or were skipped and are
   *     wanted now
   * @param known files whose (path, size, mtime) the ledger has
   * @param tooOld files whose mtime lies before what the ledger keeps
   * @param skipped reasons of those of them that the ledger had not
   */
  public record Result(int found, int known, int tooOld, List<String> skipped) {}

  /**
   * A file that is left at its source.
   *
   * @param reason the short name, a colon, what to do
   */
  public record Skipped(FoundFile file, String reason) {}

  private record Version(UUID pathKey, long size, long micros) {

    /** What is written for an entry of which only the path is known. */
    boolean isNameOnly() {
      return size == 0 && micros == 0;
    }
  }

  private final Transactions transactions;
  private final LedgerPartitions partitions;
  private final Clock clock;
  private final Duration keep;
  private final Map<String, String> tookOver = new ConcurrentHashMap<>();

  /**
   * @param keep how long the ledger remembers files; older ones are skipped
   */
  public FileIntake(
      Transactions transactions, LedgerPartitions partitions, Clock clock, Duration keep) {
    this.transactions = transactions;
    this.partitions = partitions;
    this.clock = clock;
    this.keep = keep;
  }

  /**
   * Makes the files of a feed's former name its own, and those of the host by another name the
   * host's, before any is offered.
   *
   * @return why that cannot be done, or not yet; then nothing may be offered
   */
  public Optional<String> takeOver(Feed feed, String host) {
    return takeOver(feed).or(() -> takeOverHost(feed, host));
  }

  private Optional<String> takeOverHost(Feed feed, String host) {
    if (!(feed.source().origin() instanceof Origin.Sftp sftp)
        || transactions.ledger(c -> HostRename.isKnown(c, feed.name(), host))) {
      return Optional.empty();
    }
    return transactions.durable(c -> HostRename.apply(c, feed.name(), sftp.systems(), host));
  }

  private Optional<String> takeOver(Feed feed) {
    if (feed.formerly().isEmpty() || feed.formerly().get().equals(tookOver.get(feed.name()))) {
      return Optional.empty();
    }
    String former = feed.formerly().get();
    Optional<String> obstacle = transactions.durable(c -> FeedRename.apply(c, former, feed.name()));
    if (obstacle.isEmpty()) {
      tookOver.put(feed.name(), former);
    }
    return obstacle;
  }

  /**
   * Offers at most some thousand files of one feed.
   *
   * @param bulk by period: true sends a file by the bulk queue
   * @param settle whether the source wants an action after the commit
   */
  public Result offer(
      String feed, List<FoundFile> files, Predicate<FoundFile> bulk, boolean settle) {
    Instant now = clock.instant();
    Instant oldest = now.minus(keep);
    String tooOld = TOO_OLD.formatted(keep.toDays());
    List<Skipped> old =
        files.stream()
            .filter(file -> !file.mtime().isAfter(oldest))
            .map(file -> new Skipped(file, tooOld))
            .toList();
    List<FoundFile> young = files.stream().filter(file -> file.mtime().isAfter(oldest)).toList();
    List<String> skipped = skip(feed, old);
    if (young.isEmpty()) {
      return new Result(0, 0, old.size(), skipped);
    }
    partitions.ensure(young.stream().map(file -> day(file, now)).collect(Collectors.toSet()));
    int found = transactions.ledger(c -> insertNew(c, feed, young, now, bulk, settle));
    return new Result(found, young.size() - found, old.size(), skipped);
  }

  /**
   * Writes down files that are not to be fetched, each once.
   *
   * @return the short reasons of those that are new
   */
  public List<String> skip(String feed, List<Skipped> listed) {
    if (listed.isEmpty()) {
      return List.of();
    }
    partitions.ensure(List.of(FileIds.OUTSIDE));
    List<Skipped> files =
        listed.stream().sorted(Comparator.comparing(Skipped::file, FoundFile.ORDER)).toList();
    return transactions.ledger(
        c ->
            Sql.strings(
                c,
                SKIP,
                FileIds.OUTSIDE,
                feed,
                Sql.array("uuid", files, s -> version(feed, s.file).pathKey),
                Sql.array("text", files, s -> s.file.host()),
                Sql.array("text", files, s -> s.file.path()),
                Sql.array("bigint", files, s -> s.file.size()),
                Sql.array("timestamptz", files, s -> s.file.mtime()),
                Sql.array("timestamptz", files, s -> s.file.period()),
                Sql.array("text", files, Skipped::reason),
                Sql.array("date", days(files.stream().map(Skipped::file).toList()), day -> day)));
  }

  /** A source's clock that is wrong does not make a partition of the ledger a day. */
  private static LocalDate day(FoundFile file, Instant now) {
    return file.mtime().isAfter(now.plus(AHEAD)) ? FileIds.OUTSIDE : FileIds.day(file.mtime());
  }

  /** Where files may be: a file of the future may have been found when its day was not near. */
  private static Set<LocalDate> days(List<FoundFile> files) {
    Set<LocalDate> days = new TreeSet<>(Set.of(FileIds.OUTSIDE));
    files.forEach(file -> days.add(FileIds.day(file.mtime())));
    return days;
  }

  private static int insertNew(
      Connection connection,
      String feed,
      List<FoundFile> files,
      Instant now,
      Predicate<FoundFile> bulk,
      boolean settle)
      throws SQLException {
    Map<Version, FoundFile> offered = new LinkedHashMap<>();
    files.stream().sorted(FoundFile.ORDER).forEach(file -> offered.put(version(feed, file), file));
    Set<LocalDate> days = days(files);
    Set<Version> known = known(connection, offered.keySet(), days);
    List<Work.Found> found = new ArrayList<>();
    List<Work.Found> again = new ArrayList<>();
    offered.forEach(
        (version, file) ->
            (known.contains(version) ? again : found)
                .add(found(version, day(file, now), file, bulk.test(file))));
    forgetNamesOnly(connection, known);
    int reopened = again.isEmpty() ? 0 : Work.reopen(connection, again, days, settle);
    return reopened + (found.isEmpty() ? 0 : Work.found(connection, feed, found, settle));
  }

  /** What could not be read, say, can be read now. */
  private static void forgetNamesOnly(Connection connection, Set<Version> known)
      throws SQLException {
    List<Version> names = known.stream().filter(Version::isNameOnly).toList();
    if (!names.isEmpty()) {
      Sql.update(
          connection,
          "delete from sluice.file where day = ? and path_key = any (?) and size = 0"
              + " and mtime = 'epoch' and state = 'skipped'",
          FileIds.OUTSIDE,
          Sql.array("uuid", names, Version::pathKey));
    }
  }

  private static Work.Found found(Version version, LocalDate day, FoundFile file, boolean bulk) {
    return new Work.Found(
        day,
        version.pathKey,
        file.host(),
        file.path(),
        file.size(),
        file.mtime(),
        file.period(),
        bulk);
  }

  private static Version version(String feed, FoundFile file) {
    return new Version(
        FileIds.pathKey(feed, file.host(), file.path()), file.size(), micros(file.mtime()));
  }

  private static long micros(Instant time) {
    return Math.addExact(
        Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1000);
  }

  private static Set<Version> known(
      Connection connection, Set<Version> versions, Set<LocalDate> days) throws SQLException {
    return new HashSet<>(
        Sql.list(
            connection,
            "select path_key, size, mtime from sluice.file where day = any (?) and path_key = any (?)",
            row ->
                new Version(
                    row.getObject(1, UUID.class), row.getLong(2), micros(Sql.instant(row, 3))),
            Sql.array("date", days, day -> day),
            Sql.array("uuid", versions, Version::pathKey)));
  }
}
