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
      "Completes a database that was restored to an earlier point in time.",
      "Reprocesses, from staging alone, every file found or loaded since then, and registers"
          + " again those the restored ledger no longer knows.",
      "Stop the services, restore the database, recover, start the services. TIME is the point"
          + " restored to or a little earlier; too early only takes longer. It is safe to repeat.",
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
        "Reprocess everything found or loaded since " + session.format().time(since) + "?", yes);
    Recovery.Result result;
    try (Staging staging = session.openStaging()) {
      Transactions transactions = session.transactions();
      result =
          new Recovery(transactions, new LedgerPartitions(transactions), staging).recover(since);
    }
    Recovery.Result done = result;
    session.print(done, () -> say(done));
    return done.damaged().isEmpty() ? Exit.OK : Exit.PROBLEMS;
  }

  private void say(Recovery.Result result) {
    Format format = session.format();
    session
        .out()
        .println(format.count(result.remembered(), "forgotten file") + " registered again");
    session.out().println(format.count(result.again(), "known file") + " queued for reprocessing");
    session
        .out()
        .println(format.count(result.reset(), "file") + " in flight put back in the queue");
    if (result.foundAgain() > 0) {
      session
          .out()
          .println(
              format.count(result.foundAgain(), "forgotten file")
                  + " already found again by a scan");
    }
    if (!result.damaged().isEmpty()) {
      session
          .err()
          .println(
              format.count(result.damaged().size(), "pack")
                  + " in staging cannot be read, so only the source can bring back what is in it; for example: "
                  + result.damaged().get(0));
    }
  }
}
