package io.sluice.core.ops;

import io.sluice.core.message.Stage;
import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions;
import io.sluice.core.work.WorkState;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

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

  private record Work(String feed, String stage, String state, long files) {
    boolean isParked() {
      return state.equals(WorkState.PARKED.id());
    }

    /** An archive at settle waits for its members, which is to be in flight. */
    boolean isWaiting() {
      return state.equals(WorkState.WAITING.id()) && !stage.equals(Stage.SETTLE.id());
    }
  }

  private record Failed(long dead, long rejected) {}

  private record Rate(double rows, double cells) {}

  private record Scan(Instant at, long skipped, String error) {}

  private static final Sql.RowMapper<String> FEED = row -> row.getString("feed");

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
    List<Pauses.Pause> pauses = new Pauses(transactions).list();
    String like = LikePattern.of(feed);
    return transactions.ledger(
        c -> {
          List<Work> work = work(c, like);
          Map<String, Scan> scans = scans(c, like);
          TreeSet<String> feeds = new TreeSet<>(FileQuery.feeds(c, feed == null ? "*" : feed));
          work.forEach(w -> feeds.add(w.feed));
          feeds.addAll(scans.keySet());
          feeds.addAll(declared);
          Map<String, Failed> failed = failed(c);
          Map<String, Rate> rates = rates(c);
          Map<String, Instant> periods = periods(c, feeds);
          return feeds.stream()
              .map(
                  name ->
                      line(
                          name,
                          work.stream().filter(w -> w.feed.equals(name)).toList(),
                          failed.getOrDefault(name, new Failed(0, 0)),
                          rates.getOrDefault(name, new Rate(0, 0)),
                          periods.get(name),
                          scans.getOrDefault(name, new Scan(null, 0, null)),
                          pauses))
              .toList();
        });
  }

  private static List<Work> work(Connection c, String like) throws SQLException {
    String sql =
        "select feed, stage, state, count(*) as n from sluice.work where feed like ? group by 1, 2, 3";
    return Sql.list(
        c,
        sql,
        r ->
            new Work(
                r.getString("feed"), r.getString("stage"), r.getString("state"), r.getLong("n")),
        like);
  }

  private static Map<String, Scan> scans(Connection c, String like) throws SQLException {
    String sql =
        """
        select feed, max(last_at) as at, sum(skipped) as skipped,
               string_agg(case host when '' then '' else host || ': ' end || error, '; ' order by host) as error
        from sluice.scan where feed like ? group by feed
        """;
    return Sql.map(
        c,
        sql,
        FEED,
        r -> new Scan(Sql.instant(r, "at"), r.getLong("skipped"), r.getString("error")),
        like);
  }

  private Map<String, Failed> failed(Connection c) throws SQLException {
    String sql =
        """
        select feed, count(*) filter (where state = 'dead') as dead,
               count(*) filter (where state = 'rejected') as rejected
        from sluice.file where state in ('dead', 'rejected') and closed_at >= ? group by feed
        """;
    return Sql.map(
        c,
        sql,
        FEED,
        r -> new Failed(r.getLong("dead"), r.getLong("rejected")),
        clock.instant().minus(FAILURES));
  }

  private Map<String, Rate> rates(Connection c) throws SQLException {
    String sql =
        """
        select feed, sum(rows) as rows, coalesce(sum(loaded) filter (where unit = 'cell'), 0) as cells
        from sluice.file where closed_at >= ? group by feed
        """;
    double seconds = WINDOW.toSeconds();
    return Sql.map(
        c,
        sql,
        FEED,
        r -> new Rate(r.getDouble("rows") / seconds, r.getDouble("cells") / seconds),
        clock.instant().minus(WINDOW));
  }

  private static Map<String, Instant> periods(Connection c, Set<String> feeds) throws SQLException {
    String sql =
        """
        select n.feed, f.period from unnest(?::text[]) as n (feed) cross join lateral (
          select period from sluice.file f where f.feed = n.feed and state in ('loaded', 'settled')
            and loaded > 0 and period is not null order by period desc limit 1) f
        """;
    return Sql.map(c, sql, FEED, r -> Sql.instant(r, "period"), Sql.texts(feeds));
  }

  private Line line(
      String feed,
      List<Work> work,
      Failed failed,
      Rate rate,
      Instant period,
      Scan scan,
      List<Pauses.Pause> pauses) {
    Map<String, Long> inFlight = new TreeMap<>();
    work.stream()
        .filter(w -> !w.isParked() && !w.isWaiting())
        .forEach(w -> inFlight.merge(w.stage, w.files, Long::sum));
    Duration lag = period == null ? null : Duration.between(period, clock.instant());
    return new Line(
        feed,
        sum(work, Work::isWaiting),
        inFlight,
        sum(work, Work::isParked),
        failed.dead,
        failed.rejected,
        scan.skipped,
        period,
        lag,
        rate.rows,
        rate.cells,
        pauses.stream()
            .filter(p -> p.feed().equals(feed))
            .map(p -> p.host().isEmpty() ? "*" : p.host())
            .toList(),
        scan.at,
        scan.error);
  }

  private static long sum(List<Work> work, Predicate<Work> which) {
    return work.stream().filter(which).mapToLong(Work::files).sum();
  }
}
