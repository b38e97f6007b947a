package io.sluice.core.ledger;

import io.sluice.core.sql.Transactions;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Decides which listed files are new and writes those down: one row in sluice.file, one waiting for
 * the fetch in sluice.work. Two statements a batch, whatever its size.
 */
public final class FileIntake {

  /**
   * What became of an offer.
   *
   * @param found new files, now in the ledger
   * @param known files whose (path, size, mtime) the ledger has
   * @param tooOld files whose mtime lies before what the ledger keeps
   */
  public record Result(int found, int known, int tooOld) {}

  private record Version(UUID pathKey, long size, long micros) {}

  private final Transactions transactions;
  private final LedgerPartitions partitions;
  private final Clock clock;
  private final Duration keep;

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
    offered.keySet().removeAll(known(connection, offered.keySet(), days));
    return offered.isEmpty() ? 0 : insert(connection, feed, offered, bulk, settle);
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
    String sql =
        "select path_key, size, mtime from sluice.file where day = any (?) and path_key = any (?)";
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setArray(1, connection.createArrayOf("date", days.toArray()));
      query.setArray(2, uuids(connection, versions.stream().map(Version::pathKey).toList()));
      try (ResultSet rows = query.executeQuery()) {
        Set<Version> known = new HashSet<>();
        while (rows.next()) {
          Instant mtime = rows.getObject(3, OffsetDateTime.class).toInstant();
          known.add(new Version(rows.getObject(1, UUID.class), rows.getLong(2), micros(mtime)));
        }
        return known;
      }
    }
  }

  private static Array uuids(Connection connection, List<UUID> keys) throws SQLException {
    return connection.createArrayOf("uuid", keys.toArray());
  }

  private static int insert(
      Connection connection,
      String feed,
      Map<Version, FoundFile> files,
      java.util.function.Predicate<FoundFile> bulk,
      boolean settle)
      throws SQLException {
    String sql =
        """
        with offered as (
          select (((day - date '2000-01-01')::bigint << 40) | nextval('sluice.file_seq')) as id, *
          from unnest(?::date[], ?::uuid[], ?::text[], ?::text[], ?::bigint[], ?::timestamptz[],
                      ?::timestamptz[], ?::boolean[])
               as o (day, path_key, host, path, size, mtime, period, bulk)),
        made as (
          insert into sluice.file (id, day, path_key, feed, host, path, size, mtime, period, bulk)
          select id, day, path_key, ?, host, path, size, mtime, period, bulk from offered
          on conflict do nothing returning id, host, mtime, period, bulk)
        insert into sluice.work (file_id, feed, host, stage, state, bulk, settle, period)
        select id, ?, host, 'fetch', 'waiting', bulk, ?, coalesce(period, mtime) from made
        """;
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      bindFiles(connection, insert, files, bulk);
      insert.setString(9, feed);
      insert.setString(10, feed);
      insert.setBoolean(11, settle);
      return insert.executeUpdate();
    }
  }

  private static void bindFiles(
      Connection connection,
      PreparedStatement insert,
      Map<Version, FoundFile> files,
      java.util.function.Predicate<FoundFile> bulk)
      throws SQLException {
    List<Map.Entry<Version, FoundFile>> entries = new ArrayList<>(files.entrySet());
    insert.setArray(
        1, array(connection, "date", entries, e -> FileIds.day(e.getValue().mtime()).toString()));
    insert.setArray(2, array(connection, "uuid", entries, e -> e.getKey().pathKey()));
    insert.setArray(3, array(connection, "text", entries, e -> e.getValue().host()));
    insert.setArray(4, array(connection, "text", entries, e -> e.getValue().path()));
    insert.setArray(5, array(connection, "bigint", entries, e -> e.getValue().size()));
    insert.setArray(6, array(connection, "timestamptz", entries, e -> time(e.getValue().mtime())));
    insert.setArray(7, array(connection, "timestamptz", entries, e -> time(e.getValue().period())));
    insert.setArray(8, array(connection, "boolean", entries, e -> bulk.test(e.getValue())));
  }

  private static String time(Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC).toString();
  }

  private static Array array(
      Connection connection,
      String type,
      List<Map.Entry<Version, FoundFile>> entries,
      java.util.function.Function<Map.Entry<Version, FoundFile>, Object> value)
      throws SQLException {
    return connection.createArrayOf(type, entries.stream().map(value).toArray());
  }
}
