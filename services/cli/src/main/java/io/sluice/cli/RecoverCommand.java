package io.sluice.cli;

import io.sluice.core.ledger.LedgerPartitions;
import io.sluice.core.ops.LiveServices;
import io.sluice.core.ops.Recovery;
import io.sluice.core.sql.Transactions;
import io.sluice.core.staging.Staging;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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
          + " restored to or a little earlier; too early only takes longer. It is safe to repeat."
          + " While services are connected to the database it refuses, unless --force is given.",
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

  @Option(
      names = "--force",
      description = "Recover although services are connected to the database.")
  private boolean force;

  RecoverCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    refuseBesideServices();
    Transactions transactions = session.transactions();
    try (Staging staging = session.openStaging()) {
      Map<String, String> formerly = DeclaredFeeds.readable(session).formerly();
      Recovery recovery =
          new Recovery(transactions, new LedgerPartitions(transactions), staging, formerly);
      if (!yes) {
        say(session.err(), recovery.plan(since), "to be ");
        session.confirm(
            "Recover everything found or loaded since " + session.format().time(since) + "?",
            false);
      }
      Recovery.Result done = recovery.recover(since);
      session.print(done, () -> say(session.out(), done, ""));
      return done.damaged().isEmpty() && done.gone().files() == 0 ? Exit.OK : Exit.PROBLEMS;
    }
  }

  /** What they have in hand was claimed before the recovery, which would take it from them. */
  private void refuseBesideServices() {
    List<String> live = force ? List.of() : LiveServices.list(session.transactions());
    if (!live.isEmpty()) {
      throw UserError.usage(
          "services are connected to the database: " + String.join(", ", live),
          "Stop them first, or add --force");
    }
  }

  private void say(PrintWriter to, Recovery.Result result, String tense) {
    Format format = session.format();
    to.println(
        format.count(result.remembered(), "forgotten file") + " " + tense + "registered again");
    to.println(
        format.count(result.again(), "known file") + " " + tense + "queued for reprocessing");
    to.println(
        format.count(result.reset(), "file") + " in flight " + tense + "put back in the queue");
    if (result.foundAgain() > 0) {
      to.println(
          format.count(result.foundAgain(), "forgotten file") + " already found again by a scan");
    }
    to.flush();
    ReplayCommand.sayLeft(
        session,
        result.gone(),
        "closed since then and no longer in staging: they stay as restored, not reprocessed");
    if (!result.damaged().isEmpty()) {
      session
          .err()
          .println(
              format.count(result.damaged().size(), "pack")
                  + " in staging cannot be read, and only the source can bring back what is in"
                  + " there; for example: "
                  + result.damaged().get(0));
    }
  }
}
