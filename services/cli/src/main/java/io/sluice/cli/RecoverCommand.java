package io.sluice.cli;

import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.ops.Recovery;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** After a restore. */
@Command(
    name = "recover",
    description = {
      "Makes a database that was restored to an earlier point whole again.",
      "Handles again, from staging alone, every"
          + " file found or loaded since, and learns again of those the restored ledger has forgotten.",
      "Stop the services, restore, recover, start them. TIME is the point restored to, or somewhat"
          + " before; too early costs time and does no harm. May be repeated.",
    },
    footerHeading = "%nExamples:%n",
    footer = "  sluice recover --since '2026-03-10 02:00' --yes")
final class RecoverCommand implements Callable<Integer> {

  private final Session session;

  @Option(
      names = "--since",
      required = true,
      paramLabel = "TIME",
      converter = Times.class,
      description = Times.FORMS + ".")
  private Instant since;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  RecoverCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    session.confirm(
        "Handle everything again that was found or loaded since "
            + session.format().time(since)
            + "?",
        yes);
    Recovery.Result result;
    try (Staging staging = session.openStaging()) {
      Transactions transactions = session.transactions();
      result =
          new Recovery(transactions, new LedgerPartitions(transactions), staging).recover(since);
    }
    Recovery.Result done = result;
    session.print(done, () -> say(done));
    return done.nameless().isEmpty() ? Exit.OK : Exit.PROBLEMS;
  }

  private void say(Recovery.Result result) {
    Format format = session.format();
    session
        .out()
        .println(format.number(result.remembered()) + " forgotten files are in the ledger again");
    session.out().println(format.number(result.again()) + " known files will be handled again");
    session.out().println(format.number(result.reset()) + " files in flight wait again");
    if (result.foundAgain() > 0) {
      session
          .out()
          .println(
              format.number(result.foundAgain()) + " forgotten files were found again by a scan");
    }
    if (!result.nameless().isEmpty()) {
      session
          .err()
          .println(
              format.number(result.nameless().size())
                  + " raw objects in staging have no name; only their source can bring them back,"
                  + " for example: "
                  + result.nameless().get(0));
    }
  }
}
