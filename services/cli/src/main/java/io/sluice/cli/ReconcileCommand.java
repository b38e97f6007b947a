package io.sluice.cli;

import io.sluice.core.ops.FileRow;
import io.sluice.core.ops.Reconciliation;
import io.sluice.core.ops.TimeRange;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Proves that nothing was lost. */
@Command(
    name = "reconcile",
    description = {
      "Checks that every cell read is accounted for.",
      "For each file, read = loaded + collapsed + replaced + rejected + dead + pending. The sums"
          + " are by feed and hour of discovery, in cells, or rows for CSV.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sluice reconcile --since 1d",
      "  sluice reconcile --feed nr-pm --since 2026-03-10 --until 2026-03-11 --json",
    })
final class ReconcileCommand implements Callable<Integer> {

  private final Session session;

  @Option(names = "--feed", paramLabel = "GLOB", description = "Only feeds that match.")
  private String feed;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = Times.class,
      description = "Files found since: " + Times.FORMS + ". Default: all in the ledger.")
  private Instant since;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      converter = Times.class,
      description = "Files found before.")
  private Instant until;

  ReconcileCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Names.requireFeed(session, feed);
    List<Reconciliation.Hour> hours =
        new Reconciliation(session.transactions()).hours(feed, new TimeRange(since, until));
    session.print(hours, () -> session.print(table(hours), "no files were found in that period"));
    long inexact = hours.stream().mapToLong(Reconciliation.Hour::inexact).sum();
    if (inexact > 0) {
      session
          .err()
          .println(
              session.format().count(inexact, "file")
                  + " with counts that do not add up; see: sluice sql \"select * from sluice.reconciliation"
                  + " where not exact\"");
    }
    return inexact == 0 ? Exit.OK : Exit.NOT_EXACT;
  }

  private Table table(List<Reconciliation.Hour> hours) {
    Format format = session.format();
    Table table =
        session.table(
            "FEED",
            "HOUR",
            ">FILES",
            ">OPEN",
            "UNIT",
            ">READ",
            ">LOADED",
            ">COLLAPSED",
            ">REPLACED",
            ">REJECTED",
            ">DEAD",
            ">PENDING",
            "EXACT");
    for (Reconciliation.Hour hour : hours) {
      FileRow.Counts counts = hour.counts();
      table.row(
          hour.feed(),
          format.time(hour.hour()),
          format.number(hour.files()),
          format.number(hour.open()),
          counts.unit(),
          format.number(counts.read()),
          format.number(counts.loaded()),
          format.number(counts.collapsed()),
          format.number(counts.replaced()),
          format.number(counts.rejected()),
          format.number(counts.dead()),
          format.number(counts.pending()),
          hour.exact() ? "yes" : hour.inexact() + " not");
    }
    return table;
  }
}
