package io.sluice.cli;

import io.sluice.core.ops.DeadFiles;
import io.sluice.core.ops.FileFilter;
import io.sluice.core.ops.FileQuery;
import io.sluice.core.ops.FileRow;
import io.sluice.core.ops.Replay;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What failed at the limit of its attempts. */
@Command(
    name = "dead",
    description = "Files that failed on every attempt: inspect, replay or discard them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DeadCommand.ListDead.class,
      DeadCommand.Show.class,
      DeadCommand.ReplayDead.class,
      DeadCommand.Discard.class
    },
    footerHeading = "%nExamples:%n",
    footer = {"  sluice dead list --feed nr-pm", "  sluice dead show 10512345678912345"})
final class DeadCommand extends Group {

  DeadCommand(Session session) {
    super(session);
  }

  /** Lists. */
  @Command(
      name = "list",
      description = "Lists dead files with their last failure, most recent first.",
      footerHeading = "%nExamples:%n",
      footer = {"  sluice dead list", "  sluice dead list --feed 'nr-*' --json"})
  static final class ListDead implements Callable<Integer> {
    private final Session session;

    @Option(names = "--feed", paramLabel = "GLOB", description = "Only feeds that match.")
    private String feed;

    @Option(
        names = "--limit",
        defaultValue = "100",
        paramLabel = "N",
        description = "At most this many. Default: ${DEFAULT-VALUE}.")
    private int limit;

    ListDead(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      int most = FilterOptions.limit(limit);
      Names.requireFeed(session, feed);
      List<DeadFiles.Entry> dead = new DeadFiles(session.transactions()).list(feed, most);
      session.print(
          dead,
          () -> {
            Format format = session.format();
            Table table =
                session.table(
                    ">ID",
                    "FEED",
                    "DIED",
                    "STAGE",
                    ">ATTEMPTS",
                    ">FAILURES",
                    ">DEAD",
                    "REASON",
                    "PATH",
                    "ERROR");
            dead.forEach(
                d ->
                    table.row(
                        d.file().id(),
                        d.file().feed(),
                        format.time(d.last().at()),
                        d.last().stage(),
                        d.last().attempts(),
                        d.deaths(),
                        format.number(d.file().counts().dead()),
                        d.last().reason(),
                        d.file().path(),
                        d.last().error()));
            session.print(table, "no dead files");
          });
      return Exit.OK;
    }
  }

  /** Shows one. */
  @Command(
      name = "show",
      description = "Shows a file and each of its failures.",
      footerHeading = "%nExamples:%n",
      footer = "  sluice dead show 10512345678912345")
  static final class Show implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "ID", description = "The file.")
    private long id;

    Show(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      FileRow file =
          new FileQuery(session.transactions())
              .find(FileFilter.of(List.of(id)), 1).stream()
                  .findFirst()
                  .orElseThrow(() -> unknown(id));
      List<DeadFiles.Death> deaths = new DeadFiles(session.transactions()).deaths(id);
      Map<String, Object> both = new LinkedHashMap<>();
      both.put("file", file);
      both.put("failures", deaths);
      session.print(both, () -> Details.print(session.out(), Json.tree(both)));
      return Exit.OK;
    }
  }

  private static UserError unknown(long id) {
    return new UserError(
        Exit.PROBLEMS, "the ledger has no file " + id, "See: sluice files, or sluice dead list");
  }

  /** Replays. */
  @Command(
      name = "replay",
      description = "Reprocesses dead files.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  sluice dead replay 10512345678912345",
        "  sluice dead replay --feed nr-pm --yes"
      })
  static final class ReplayDead implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "ID", arity = "0..*", description = "The files.")
    private List<Long> ids = new ArrayList<>();

    @Option(names = "--feed", paramLabel = "GLOB", description = "All dead files of these feeds.")
    private String feed;

    @Option(
        names = "--from",
        defaultValue = "staging",
        description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Replay.From from;

    @Option(
        names = {"-y", "--yes"},
        description = "Do not ask.")
    private boolean yes;

    ReplayDead(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      if (ids.isEmpty() == (feed == null)) {
        throw UserError.usage(
            "dead replay needs either ids or --feed", "Use --feed '*' for all dead files");
      }
      Names.requireFeed(session, feed);
      List<Long> wanted = feed == null ? deadOnes() : ofFeed();
      if (wanted.isEmpty()) {
        return nothing();
      }
      int code = ReplayCommand.replay(session, wanted, from, yes || feed == null);
      return feed == null && wanted.size() < ids.size() ? Exit.PROBLEMS : code;
    }

    private int nothing() {
      session.print(
          List.of(),
          () -> session.err().println("no dead files" + (feed == null ? "" : " in " + feed)));
      return Exit.PROBLEMS;
    }

    /** Of the ids; says of each other one what it is. */
    private List<Long> deadOnes() {
      Map<Long, String> states = new HashMap<>();
      new FileQuery(session.transactions())
          .find(FileFilter.of(ids), ids.size())
          .forEach(file -> states.put(file.id(), file.state()));
      List<Long> wanted = new ArrayList<>();
      for (long id : ids) {
        String state = states.getOrDefault(id, "not in the ledger");
        if (state.equals("dead")) {
          wanted.add(id);
        } else {
          String what = states.containsKey(id) ? ", not dead: left alone; see: sluice replay" : "";
          session.err().println("file " + id + " is " + state + what);
        }
      }
      return wanted;
    }

    private List<Long> ofFeed() {
      return new DeadFiles(session.transactions())
          .list(feed, Integer.MAX_VALUE).stream().map(d -> d.file().id()).toList();
    }
  }

  /** Gives up. */
  @Command(
      name = "discard",
      description =
          "Gives up files that are dead, rejected, parked or not yet fetched: they are closed as"
              + " discarded, with the reason. Of one that only waits for its source to be moved or"
              + " deleted, the rows stay loaded and the source is left alone. The raw file stays"
              + " for as long as staging keeps it.",
      footerHeading = "%nExamples:%n",
      footer = "  sluice dead discard 10512345678912345 --reason 'test element'")
  static final class Discard implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "The files.")
    private List<Long> ids = new ArrayList<>();

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
    private String reason;

    Discard(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      DeadFiles dead = new DeadFiles(session.transactions());
      List<FileRow> done = new ArrayList<>();
      List<Long> refused = new ArrayList<>();
      for (long id : ids) {
        Optional<FileRow> file = dead.discard(id, reason);
        file.ifPresentOrElse(done::add, () -> refused.add(id));
      }
      session.print(
          done,
          () -> session.out().println(session.format().count(done.size(), "file") + " discarded"));
      refused.forEach(
          id ->
              session
                  .err()
                  .println("file " + id + " is loaded, closed or being worked on: left alone"));
      return refused.isEmpty() ? Exit.OK : Exit.PROBLEMS;
    }
  }
}
