package io.sluice.cli;

import io.sluice.core.ops.FeedStatus;
import io.sluice.core.ops.KnownFeeds;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How the feeds are doing. */
@Command(
    name = "status",
    description = {
      "Shows the state of each feed.",
      "Files waiting and at each stage, parked files, failures in the last 24 hours, files that"
          + " the last scan left at their source (sluice files --state skipped says why), the last"
          + " period loaded, rows and cells per second over the last 5 minutes, pauses, and the"
          + " last scan.",
    },
    footerHeading = "%nExamples:%n",
    footer = {"  sluice status", "  sluice status --feed 'nr-*' --watch", "  sluice status --json"})
final class StatusCommand implements Callable<Integer> {

  private static final String CLEAR = "\033[H\033[2J";

  private final Session session;

  @Option(names = "--feed", paramLabel = "GLOB", description = "Only feeds that match.")
  private String feed;

  @Option(
      names = "--watch",
      arity = "0..1",
      fallbackValue = "2",
      paramLabel = "SECONDS",
      description = "Refresh every SECONDS (default 2) until Ctrl-C.")
  private int watch;

  @Option(
      names = "--times",
      paramLabel = "N",
      description = "With --watch: stop after N refreshes.")
  private int times = Integer.MAX_VALUE;

  StatusCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws InterruptedException {
    Names.requireFeed(session, feed);
    FeedStatus status = new FeedStatus(session.transactions(), session.terminal.clock());
    for (int look = 1; ; look++) {
      DeclaredFeeds declared = DeclaredFeeds.readable(session);
      List<FeedStatus.Line> lines = status.lines(feed, shown(declared));
      if (watch > 0 && session.terminal.interactive()) {
        session.out().print(CLEAR);
      }
      session.print(lines, () -> session.print(table(lines), "no feeds yet"));
      sayBroken(declared, lines);
      if (watch <= 0 || look >= times) {
        return Exit.OK;
      }
      Thread.sleep(Duration.ofSeconds(watch).toMillis());
    }
  }

  /** Feeds that have a file but nothing in the ledger yet are shown too. */
  private List<String> shown(DeclaredFeeds declared) {
    return declared.names().stream()
        .filter(name -> feed == null || KnownFeeds.matches(feed, Set.of(name)))
        .toList();
  }

  private void sayBroken(DeclaredFeeds declared, List<FeedStatus.Line> lines) {
    declared.broken().stream()
        .filter(broken -> lines.stream().anyMatch(line -> line.feed().equals(broken.feed())))
        .forEach(broken -> session.err().println(broken.sentence(session.format())));
  }

  private Table table(List<FeedStatus.Line> lines) {
    Format format = session.format();
    Table table =
        session.table(
            "FEED",
            ">WAITING",
            ">FETCH",
            ">HANDLE",
            ">LOAD",
            ">SETTLE",
            ">PARKED",
            ">DEAD",
            ">REJECTED",
            ">SKIPPED",
            "LAST PERIOD",
            ">LAG",
            ">ROWS/S",
            ">CELLS/S",
            "PAUSED",
            "LAST SCAN",
            "SCAN ERROR");
    for (FeedStatus.Line line : lines) {
      table.row(
          line.feed(),
          format.number(line.waiting()),
          format.number(line.at("fetch")),
          format.number(line.at("handle")),
          format.number(line.at("load")),
          format.number(line.at("settle")),
          format.number(line.parked()),
          format.number(line.dead()),
          format.number(line.rejected()),
          format.number(line.skipped()),
          format.time(line.lastPeriod()),
          format.duration(line.lag()),
          format.rate(line.rowsPerSecond()),
          format.rate(line.cellsPerSecond()),
          String.join(", ", line.paused()),
          format.time(line.lastScan()),
          line.scanError());
    }
    return table;
  }
}
