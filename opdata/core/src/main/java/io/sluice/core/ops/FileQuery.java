package io.sluice.core.ops;

import io.sluice.core.ids.FileIds;
import io.sluice.core.ops.FileRow.Replayed;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds files. A query goes by the ids' partitions, or by the small table of work when it asks for
 * files in flight, or feed by feed along the index on (feed, found_at) or (feed, period), newest
 * first, and stops at its limit.
 */
public final class FileQuery {

  /** What was rejected of a file that has no reason of its own. */
  private static final String REJECTS =
      """
      case when f.rejected > 0 then (
        select string_agg(n || ' ' || reason || coalesce(' from line ' || line, ''), ', ' order by n desc, reason)
        from (select reason, sum(cells) as n, min(line) as line from sluice.reject r
              where r.day = f.day and r.file_id = f.id and r.handling = f.handling group by reason) g) end""";

  private static final Sql.RowMapper<Replayed> REPLAYED = Records.of(Replayed.class);

  private final Transactions transactions;

  public FileQuery(Transactions transactions) {
    this.transactions = transactions;
  }

  /** The newest files first, by discovery; at most {@code limit}. */
  public List<FileRow> find(FileFilter filter, int limit) {
    return transactions.ledger(connection -> find(connection, filter, limit));
  }

  /** The ids alone, for operations on many files; at most {@code limit}. */
  public List<Long> ids(FileFilter filter, int limit) {
    return transactions.ledger(
        connection -> {
          Conditions query = query(connection, filter, limit);
          return Sql.list(
              connection,
              "select id from (" + query.text() + ") f order by found_at desc, id desc limit ?",
              row -> row.getLong(1),
              query.values(limit));
        });
  }

  static List<FileRow> find(Connection connection, FileFilter filter, int limit)
      throws SQLException {
    Conditions query = query(connection, filter, limit);
    List<FileRow> files = rows(connection, query, limit);
    if (filter.ids().isEmpty()) {
      return files;
    }
    Map<Long, List<Replayed>> replays = replays(connection, filter.ids());
    return files.stream().map(f -> f.with(replays.getOrDefault(f.id(), List.of()))).toList();
  }

  private static Map<Long, List<Replayed>> replays(Connection connection, List<Long> ids)
      throws SQLException {
    Map<Long, List<Replayed>> replays = new HashMap<>();
    Sql.list(
        connection,
        "select * from sluice.replay where file_id = any (?) order by ended_at",
        row ->
            replays
                .computeIfAbsent(row.getLong("file_id"), id -> new ArrayList<>())
                .add(REPLAYED.map(row)),
        Sql.longs(ids));
    return replays;
  }

  private static List<FileRow> rows(Connection connection, Conditions query, int limit)
      throws SQLException {
    return Sql.list(
        connection,
        "select coalesce(f.reason, " // the first of two columns of one name is read
            + REJECTS
            + ") as reason, f.*, null::text[] as replays from (select * from ("
            + query.text()
            + ") f order by found_at desc, id desc limit ?) f order by found_at desc, id desc",
        FileRow.MAPPER,
        query.values(limit));
  }

  private static Conditions query(Connection connection, FileFilter filter, int limit)
      throws SQLException {
    if (!filter.ids().isEmpty()) {
      return byIds(filter);
    }
    return filter.onlyInFlight() ? byWork(filter) : byFeeds(connection, filter, limit);
  }

  private static Conditions byIds(FileFilter filter) {
    return new Conditions("select s.* from sluice.file_status s where true")
        .and("s.id = any (?)", Sql.longs(filter.ids()))
        .and("s.day = any (?)", FileIds.days(filter.ids()))
        .andFilter(filter)
        .andLike("s.feed", filter.feed());
  }

  private static Conditions byWork(FileFilter filter) {
    return new Conditions(
            """
            select s.* from sluice.work w
            join sluice.file_status s on s.id = w.file_id and s.day = sluice.day_of(w.file_id)
            where true""")
        .andLike("w.feed", filter.feed())
        .andFilter(filter);
  }

  private static Conditions byFeeds(Connection connection, FileFilter filter, int limit)
      throws SQLException {
    String[] feeds = feeds(connection, filter.feed()).toArray(String[]::new);
    if (filter.found().equals(TimeRange.ALL) && filter.period().from() != null) {
      return byPeriod(filter, feeds);
    }
    return new Conditions(
            "select s.* from unnest(?::text[]) as names (feed) cross join lateral ("
                + "select * from sluice.file_status s where s.feed = names.feed",
            (Object) feeds)
        .andFilter(filter)
        .append(" order by s.found_at desc limit " + Math.max(0, limit) + ") s");
  }

  /** Files in flight may have another period than when they were found. */
  private static Conditions byPeriod(FileFilter filter, String[] feeds) {
    return new Conditions(
            "select s.* from (select id, day from sluice.file where feed = any (?)", (Object) feeds)
        .andTime("period", filter.period())
        .append(" union select file_id, sluice.day_of(file_id) from sluice.work where true")
        .and("feed = any (?)", feeds)
        .append(") d join sluice.file_status s on s.id = d.id and s.day = d.day where true")
        .andFilter(filter);
  }

  /** The feeds the ledger has files of, found by stepping along the index. */
  static List<String> feeds(Connection connection, String glob) throws SQLException {
    if (glob != null && !LikePattern.isGlob(glob)) {
      return List.of(glob);
    }
    String sql =
        """
        with recursive names as (
          select (select min(feed) from sluice.file) as feed
          union all
          select (select min(feed) from sluice.file where feed > n.feed) from names n where n.feed is not null)
        select feed from names where feed is not null and feed like ? order by feed
        """;
    return Sql.strings(connection, sql, LikePattern.of(glob));
  }

  /** A statement and its values, grown condition by condition. */
  private static final class Conditions {
    private final StringBuilder text;
    private final List<Object> values = new ArrayList<>();

    Conditions(String start, Object... values) {
      this.text = new StringBuilder(start);
      this.values.addAll(List.of(values));
    }

    Conditions and(String condition, Object value) {
      text.append(" and ").append(condition);
      values.add(value);
      return this;
    }

    Conditions append(String more) {
      text.append(more);
      return this;
    }

    Conditions andLike(String column, String glob) {
      if (glob == null) {
        return this;
      }
      return LikePattern.isGlob(glob)
          ? and(column + " like ?", LikePattern.of(glob))
          : and(column + " = ?", glob);
    }

    Conditions andFilter(FileFilter filter) {
      if (!filter.states().isEmpty()) {
        and("s.state = any (?)", filter.states().toArray(String[]::new));
      }
      return andLike("s.element", filter.element())
          .andLike("s.path", filter.path())
          .andTime("s.found_at", filter.found())
          .andTime("s.period", filter.period());
    }

    Conditions andTime(String column, TimeRange range) {
      Instant from = range.from();
      Instant to = range.to();
      if (from != null) {
        and(column + " >= ?", from);
      }
      return to == null ? this : and(column + " < ?", to);
    }

    String text() {
      return text.toString();
    }

    Object[] values(Object last) {
      List<Object> all = new ArrayList<>(values);
      all.add(last);
      return all.toArray();
    }
  }
}
