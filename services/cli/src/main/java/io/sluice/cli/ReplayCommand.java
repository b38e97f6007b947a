package io.sluice.cli;

import io.sluice.core.ops.FileFilter;
import io.sluice.core.ops.FileQuery;
import io.sluice.core.ops.LeftAlone;
import io.sluice.core.ops.Replay;
import io.sluice.core.ops.Replay.Obstacle;
import io.sluice.core.staging.Staging;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
          + " are left alone, and for an archive its members are reprocessed. Without --state: loaded,"
          + " settled, rejected, dead and parked files.",
      "Files that cannot be reprocessed are left as they are and counted by reason: those no"
          + " longer in staging, or, with --from source, those that the source moved or deleted"
          + " once they were loaded.",
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
    return replay(session, ids, from, yes || onlyIds(wanted));
  }

  private static boolean onlyIds(FileFilter filter) {
    return FileFilter.of(filter.ids()).equals(filter);
  }

  /**
   * Replays, and says what became of it and what could not be done.
   *
   * @param yes whether to do so without a question
   */
  static int replay(Session session, List<Long> ids, Replay.From from, boolean yes) {
    try (Staging staging = from == Replay.From.SOURCE ? null : session.openStaging()) {
      Map<String, String> formerly = DeclaredFeeds.readable(session).formerly();
      Replay replay = new Replay(session.transactions(), staging, formerly);
      if (!yes) {
        Replay.Result plan = replay.plan(ids, from);
        sayLeft(session, plan);
        if (plan.replayed() + plan.resumed() == 0) {
          throw new UserError(Exit.PROBLEMS, "there is nothing to reprocess", "");
        }
        session.confirm(question(session.format(), plan, from), false);
      }
      Replay.Result done = replay.replay(ids, from);
      session.print(done, () -> say(session, done));
      if (yes) {
        sayLeft(session, done);
      }
      boolean all = Set.of(Obstacle.IN_PROGRESS).containsAll(done.left().keySet());
      return all ? Exit.OK : Exit.PROBLEMS;
    }
  }

  private static String question(Format format, Replay.Result plan, Replay.From from) {
    String place = from.name().toLowerCase(Locale.ROOT);
    String replay = "Reprocess " + format.count(plan.replayed(), "file") + " from " + place;
    String resume = "esume " + format.count(plan.resumed(), "parked file");
    if (plan.resumed() == 0) {
      return replay + "?";
    }
    return plan.replayed() == 0 ? "R" + resume + "?" : replay + " and r" + resume + "?";
  }

  private static void say(Session session, Replay.Result result) {
    Format format = session.format();
    session.out().println(format.count(result.replayed(), "file") + " queued for reprocessing");
    if (result.resumed() > 0) {
      session.out().println(format.count(result.resumed(), "parked file") + " resumed");
    }
  }

  private static void sayLeft(Session session, Replay.Result result) {
    result.left().forEach((why, left) -> sayLeft(session, left, sentence(why)));
  }

  /** How many, why, and one of them. */
  static void sayLeft(Session session, LeftAlone left, String why) {
    if (left.files() == 0) {
      return;
    }
    String example = left.path() == null ? "" : " (" + left.path() + ")";
    session
        .err()
        .printf(
            "%s %s, for example %d%s%n",
            session.format().count(left.files(), "file"), why, left.id(), example);
  }

  private static String sentence(Obstacle why) {
    return switch (why) {
      case IN_PROGRESS -> "in progress, left alone";
      case NOT_STAGED -> "no longer in staging; try --from source";
      case GONE ->
          "neither in staging nor at the source, which moved or deleted them once they were"
              + " loaded: left as they are";
      case NOT_AT_SOURCE ->
          "moved or deleted at the source once they were loaded: left as they are; try --from"
              + " staging";
      case UNUSABLE_NAME -> "whose name cannot be used: rename it at the source";
      case NOT_IN_LEDGER -> "not in the ledger";
    };
  }
}
