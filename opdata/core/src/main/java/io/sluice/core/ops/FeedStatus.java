package io.sluice.core.ops;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How the feeds are doing, from the ledger alone: some index probes a feed, whatever its size. */
public final class FeedStatus {

  /** Rates are measured over this time. */
  public static final Duration WINDOW = Duration.ofMinutes(5);

  /** Failures count for this long. */
  public static final Duration FAILURES = Duration.ofHours(24);

  /**
   * One feed.
   *
   * @param waiting files found and not yet sent to a queue
   * @param inFlight files at fetch, handle, load and settle, by stage; those waiting not included
   * @param skipped files that the last scans left at their source
   * @param dead files that died within {@link #FAILURES}
   * @param rejected files rejected within {@link #FAILURES}
   * @param lastPeriod newest period of a file of which something was loaded, or null
   * @param lag from that period to now, or null
   * @param rowsPerSecond of files closed within {@link #WINDOW}
   * @param cellsPerSecond likewise
   * @param paused hosts; {@code *} for the whole feed
   * @param lastScan end of the last scan, or null
   * @param scanError of the last scan of any host, or null
   */
  public record Line(
      String feed,
      long waiting,
      Map<String, Long> inFlight,
      long parked,
      long dead,
      long rejected,
      long skipped,
      Instant lastPeriod,
      Duration lag,
      double rowsPerSecond,
      double cellsPerSecond,
      List<String> paused,
      Instant lastScan,
      String scanError) {

    /** Files at a stage, waiting ones not included. */
    public long at(String stage) {
      return inFlight.getOrDefault(stage, 0L);
    }
  }

  /** An archive at settle waits for its members, which is to be in flight. */
  private static final String WAITS = "(state = 'waiting' and stage <> 'settle')";

  private static final String IN_FLIGHT =
      "select feed, stage, count(*) from sluice.work where feed like ? and state <> 'parked' and not "
          + WAITS
          + " group by 1, 2";

  private static final String LINES =
      """
      with
        work as (
          select feed, count(*) filter (where %s) as waiting, count(*) filter (where state = 'parked') as parked
          from sluice.work where feed like ? group by feed),
        scan as (
          select feed, max(last_at) as last_scan, sum(skipped) as skipped,
                 string_agg(case host when '' then '' else host || ': ' end || error, '; ' order by host) as scan_error
          from sluice.scan where feed like ? group by feed),
        pause as (
          select feed, array_agg(case host when '' then '*' else host end order by host) as paused
          from sluice.pause group by feed),
        failed as (
          select feed, count(*) filter (where state = 'dead') as dead,
                 count(*) filter (where state = 'rejected') as rejected
          from sluice.file where state in ('dead', 'rejected') and closed_at >= ? group by feed),
        rate as (
          select feed, sum(rows) as rows, sum(loaded) filter (where unit = 'cell') as cells
          from sluice.file where closed_at >= ? group by feed)
      select *
      from (select unnest(?::text[]) as feed union select feed from work union select feed from scan) n
      left join work using (feed) left join scan using (feed) left join pause using (feed)
      left join failed using (feed) left join rate using (feed)
      left join lateral (
        select period as last_period from sluice.file f where f.feed = n.feed and state in ('loaded', 'settled')
          and loaded > 0 and period is not null order by period desc limit 1) f on true
      order by feed collate "C"
      """
          .formatted(WAITS);

  private final Transactions transactions;
  private final Clock clock;

  public FeedStatus(Transactions transactions, Clock clock) {
    this.transactions = transactions;
    this.clock = clock;
  }

  /**
   * All feeds the ledger knows, by name.
   *
   * @param feed glob, or null for all
   * @param declared feeds to show even if the ledger knows nothing of them
   */
  public List<Line> lines(String feed, List<String> declared) {
    return transactions.ledger(c -> lines(c, feed, declared));
  }

  private List<Line> lines(Connection c, String feed, List<String> declared) throws SQLException {
    String like = LikePattern.of(feed);
    Map<String, Map<String, Long>> inFlight = new HashMap<>();
    Sql.list(
        c,
        IN_FLIGHT,
        row ->
            inFlight
                .computeIfAbsent(row.getString(1), name -> new TreeMap<>())
                .put(row.getString(2), row.getLong(3)),
        like);
    List<String> feeds = new ArrayList<>(FileQuery.feeds(c, feed == null ? "*" : feed));
    feeds.addAll(declared);
    Instant now = clock.instant();
    return Sql.list(
        c,
        LINES,
        row -> line(row, inFlight, now),
        like,
        like,
        now.minus(FAILURES),
        now.minus(WINDOW),
        Sql.texts(feeds));
  }

  private static Line line(ResultSet row, Map<String, Map<String, Long>> inFlight, Instant now)
      throws SQLException {
    String feed = row.getString("feed");
    Instant period = Sql.instant(row, "last_period");
    return new Line(
        feed,
        row.getLong("waiting"),
        inFlight.getOrDefault(feed, Map.of()),
        row.getLong("parked"),
        row.getLong("dead"),
        row.getLong("rejected"),
        row.getLong("skipped"),
        period,
        period == null ? null : Duration.between(period, now),
        row.getDouble("rows") / WINDOW.toSeconds(),
        row.getDouble("cells") / WINDOW.toSeconds(),
        Sql.elements(row, "paused"),
        Sql.instant(row, "last_scan"),
        row.getString("scan_error"));
  }
}
