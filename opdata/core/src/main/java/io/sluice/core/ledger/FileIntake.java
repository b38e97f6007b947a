package io.sluice.core.ledger;

import io.sluice.core.feed.Feed;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Decides which listed files are new and writes those down: one row in sluice.file, one waiting for
 * the fetch in sluice.work. Two statements a batch, whatever its size.
 */
public final class FileIntake {

  /**
   * What became of an offer.
   *
   * @param found new files, now in the ledger, and those that had vanished and are there again
   * @param known files whose (path, size, mtime) the ledger has
   * @param tooOld files whose mtime lies before what the ledger keeps
   */
  public record Result(int found, int known, int tooOld) {}

  private record Version(UUID pathKey, long size, long micros) {}

  private final Transactions transactions;
  private final LedgerPartitions partitions;
  private final Clock clock;
  private final Duration keep;
  private final Map<String, String> tookOver = new ConcurrentHashMap<>();

  /**
   * @param keep how long the ledger remembers files; older ones are ignored
   */
  public FileIntake(
      Transactions transactions, LedgerPartitions partitions, Clock clock, Duration keep) {
    this.transactions = transactions;
    this.partitions = partitions;
    this.clock = clock;
    this.keep = keep;
  }

  /**
   * Makes the files of a feed's former name its own, before any is offered.
   *
   * @return why that cannot be done, or not yet; then nothing may be offered
   */
  public Optional<String> takeOver(Feed feed) {
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
      String feed,
      List<FoundFile> files,
      java.util.function.Predicate<FoundFile> bulk,
      boolean settle) {
    Instant oldest = clock.instant().minus(keep);
    List<FoundFile> young = files.stream().filter(f -> f.mtime().isAfter(oldest)).toList();
    int tooOld = files.size() - young.size();
    if (young.isEmpty()) {
      return new Result(0, 0, tooOld);
    }
    Set<LocalDate> days = new TreeSet<>();
    young.forEach(f -> days.add(FileIds.day(f.mtime())));
    partitions.ensure(days);
    int found = transactions.ledger(c -> insertNew(c, feed, young, days, bulk, settle));
    return new Result(found, young.size() - found, tooOld);
  }

  private static int insertNew(
      Connection connection,
      String feed,
      List<FoundFile> files,
      Set<LocalDate> days,
      java.util.function.Predicate<FoundFile> bulk,
      boolean settle)
      throws SQLException {
    Map<Version, FoundFile> offered = new HashMap<>();
    for (FoundFile file : files) {
      offered.put(version(feed, file), file);
    }
    Set<Version> known = known(connection, offered.keySet(), days);
    List<Work.Found> found = new ArrayList<>();
    List<Work.Found> again = new ArrayList<>();
    offered.forEach(
        (version, file) ->
            (known.contains(version) ? again : found).add(found(version, file, bulk.test(file))));
    int reopened = again.isEmpty() ? 0 : Work.reopen(connection, again, settle);
    return reopened + (found.isEmpty() ? 0 : Work.found(connection, feed, found, settle));
  }

  private static Work.Found found(Version version, FoundFile file, boolean bulk) {
    return new Work.Found(
        FileIds.day(file.mtime()),
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
