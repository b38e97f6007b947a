package io.sluice.cli;

import io.sluice.core.ops.FileRow;
import io.sluice.core.ops.Reconciliation;
import io.sluice.core.ops.TableVerification;
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
      "With --verify the tables themselves are counted, by the file each row came from, and what"
          + " they lack is listed by file: rows that were deleted, or whose table was truncated or"
          + " partition dropped. Rows that a newer file replaced are not missing, nor are those"
          + " whose partition a task of Sluice has rotated out. It reads all rows of the files'"
          + " times.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sluice reconcile --since 1d",
      "  sluice reconcile --feed nr-pm --since 2026-03-10 --until 2026-03-11 --json",
      "  sluice reconcile --verify --feed nr-pm --since 7d",
    })
final class ReconcileCommand implements Callable<Integer> {

  private static final int MOST_SHOWN = 100;

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

  @Option(
      names = "--verify",
      description = "Count the rows in the tables. Exit code 1 when some are missing.")
  private boolean verify;

  private Instant lastSaid;

  ReconcileCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Names.requireFeed(session, feed);
    return verify ? verified() : reconciled();
  }

  private int verified() {
    TableVerification.Result result =
        new TableVerification(session.transactions(), this::sayProgress)
            .verify(feed, new TimeRange(since, until));
    session.print(result, () -> print(result));
    long missing = result.missing();
    if (missing > 0) {
      session
          .err()
          .println(
              session.format().count(missing, "row")
                  + " missing; to load them again: sluice replay FILE …");
    }
    return missing == 0 ? Exit.OK : Exit.PROBLEMS;
  }

  /** Only where there is something to wait for. */
  private void sayProgress(String what) {
    Instant now = session.terminal.clock().instant();
    if (lastSaid == null) {
      lastSaid = now;
    } else if (now.isAfter(lastSaid.plusSeconds(2))) {
      lastSaid = now;
      session.err().println("counting " + what);
      session.err().flush();
    }
  }

  private void print(TableVerification.Result result) {
    Format format = session.format();
    Table counts =
        session.table(
            "FEED",
            "DAY",
            "TABLE",
            ">FILES",
            ">EXPECTED",
            ">THERE",
            ">REPLACED",
            ">EXPIRED",
            ">MISSING",
            ">NOT KNOWN");
    for (TableVerification.Count count : result.counts()) {
      counts.row(
          count.feed(),
          count.day().toString().substring(0, 10),
          count.table(),
          format.number(count.files()),
          format.number(count.expected()),
          format.number(count.there()),
          format.number(count.replaced()),
          format.number(count.expired()),
          format.number(count.missing()),
          format.number(count.unknown()));
    }
    session.print(counts, "no files with rows were found in that period");
    Table losses =
        session.table(
            ">FILE", "FEED", "PERIOD", "TABLE", ">EXPECTED", ">THERE", "STATE", "SINCE", "PATH");
    for (TableVerification.Loss loss :
        result.losses().subList(0, Math.min(MOST_SHOWN, result.losses().size()))) {
      losses.row(
          loss.fileId(),
          loss.feed(),
          format.time(loss.period()),
          loss.table(),
          format.number(loss.expected()),
          format.number(loss.there()),
          loss.state(),
          loss.since() == null ? "not known" : format.time(loss.since()),
          loss.path());
    }
    if (!losses.isEmpty()) {
      session.out().println();
      session.print(losses, "");
      if (result.losses().size() > MOST_SHOWN) {
        session.err().println("showing the first " + MOST_SHOWN + " only; --json has all");
      }
    }
  }

  private int reconciled() {
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
