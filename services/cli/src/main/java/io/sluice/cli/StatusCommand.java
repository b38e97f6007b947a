package io.sluice.cli;

import io.sluice.core.feed.FeedParser;
import io.sluice.core.feed.FeedResult;
import io.sluice.core.ops.FeedStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How the feeds are doing. */
@Command(
    name = "status",
    description = {
      "Shows how the feeds are doing.",
      "By feed: files waiting and at each stage, parked, failed in the last 24 hours, the"
          + " last period loaded, rows and cells a second over the last 5 minutes, pauses and the"
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
      description = "Look again every so many seconds, 2 if not said, until Ctrl-C.")
  private int watch;

  @Option(
      names = "--times",
      paramLabel = "N",
      description = "With --watch: stop after so many looks.")
  private int times = Integer.MAX_VALUE;

  StatusCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws InterruptedException {
    FeedStatus status = new FeedStatus(session.transactions(), session.terminal.clock());
    for (int look = 1; ; look++) {
      List<FeedStatus.Line> lines = status.lines(feed, feed == null ? declared() : List.of());
      if (watch > 0 && session.terminal.interactive()) {
        session.out().print(CLEAR);
      }
      session.print(lines, () -> session.print(table(lines), "no feed is known yet"));
      if (watch <= 0 || look >= times) {
        return Exit.OK;
      }
      Thread.sleep(Duration.ofSeconds(watch).toMillis());
    }
  }

  /** Feeds that have a file but nothing in the ledger yet; feed check tells of their problems. */
  private List<String> declared() {
    Path feeds = Settings.feeds(session);
    if (!Files.isDirectory(feeds)) {
      return List.of();
    }
    try {
      return FeedParser.parseAll(feeds).values().stream()
          .map(FeedResult::feed)
          .flatMap(java.util.Optional::stream)
          .map(f -> f.name())
          .toList();
    } catch (IOException e) {
      session.err().println("the feeds of " + feeds + " cannot be read: " + e.getMessage());
      return List.of();
    }
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
