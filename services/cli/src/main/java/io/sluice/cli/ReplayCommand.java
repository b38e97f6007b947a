package io.sluice.cli;

import io.sluice.core.ops.FileFilter;
import io.sluice.core.ops.FileQuery;
import io.sluice.core.ops.Replay;
import io.sluice.core.staging.Staging;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Handles files again. */
@Command(
    name = "replay",
    description = {
      "Reprocesses files, from staging or from the source.",
      "Their rows are replaced, never duplicated. Parked files are resumed, files in progress"
          + " are left alone, and an archive stands for its members. Without --state: loaded,"
          + " settled, rejected, dead and parked files.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sluice replay --feed nr-pm --state rejected --since 1d",
      "  sluice replay --feed nr-pm --period-since '2026-03-10 10:00' --from source --yes",
      "  sluice replay 10512345678912345",
    })
final class ReplayCommand implements Callable<Integer> {

  private static final Set<String> USUAL =
      Set.of("loaded", "settled", "rejected", "dead", "parked");

  private final Session session;

  @Mixin private FilterOptions filter;

  @Option(
      names = "--from",
      defaultValue = "staging",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Replay.From from;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "At most this many, most recently found first.")
  private int limit = Integer.MAX_VALUE;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  ReplayCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    FileFilter wanted = filter.filter(session);
    if (wanted.equals(FileFilter.ALL)) {
      throw UserError.usage("no files are selected", "Give ids or a filter, such as --feed '*'");
    }
    if (wanted.ids().isEmpty() && wanted.states().isEmpty()) {
      wanted = wanted.withStates(USUAL);
    }
    List<Long> ids =
        onlyIds(wanted)
            ? wanted.ids()
            : new FileQuery(session.transactions()).ids(wanted, FilterOptions.limit(limit));
    if (ids.isEmpty()) {
      throw new UserError(Exit.PROBLEMS, "no files match", "See: sluice files");
    }
    session.confirm(
        "Reprocess %s from %s?"
            .formatted(
                session.format().count(ids.size(), "file"), from.name().toLowerCase(Locale.ROOT)),
        yes || onlyIds(wanted));
    return replay(session, ids, from);
  }

  private static boolean onlyIds(FileFilter filter) {
    return FileFilter.of(filter.ids()).equals(filter);
  }

  /** Replays and says what became of it. */
  static int replay(Session session, List<Long> ids, Replay.From from) {
    Replay.Result result;
    if (from == Replay.From.SOURCE) {
      result = new Replay(session.transactions(), null).replay(ids, from);
    } else {
      try (Staging staging = session.openStaging()) {
        result = new Replay(session.transactions(), staging).replay(ids, from);
      }
    }
    Replay.Result done = result;
    session.print(done, () -> say(session, done));
    return done.missing().isEmpty() && done.unknown().isEmpty() ? Exit.OK : Exit.PROBLEMS;
  }

  private static void say(Session session, Replay.Result result) {
    Format format = session.format();
    session.out().println(format.count(result.replayed(), "file") + " queued for reprocessing");
    if (result.resumed() > 0) {
      session.out().println(format.count(result.resumed(), "parked file") + " resumed");
    }
    if (result.inFlight() > 0) {
      session.out().println(format.count(result.inFlight(), "file") + " in progress, left alone");
    }
    list(session, result.missing(), "no longer in staging; try --from source");
    list(session, result.unknown(), "not in the ledger");
  }

  private static void list(Session session, List<Long> ids, String what) {
    if (!ids.isEmpty()) {
      String some = ids.stream().limit(5).map(String::valueOf).toList().toString();
      session
          .err()
          .println(
              session.format().count(ids.size(), "file")
                  + " "
                  + what
                  + ": "
                  + some.substring(1, some.length() - 1)
                  + (ids.size() > 5 ? ", …" : ""));
    }
  }
}
