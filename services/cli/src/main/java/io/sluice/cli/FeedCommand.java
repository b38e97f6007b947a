package io.sluice.cli;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedParser;
import io.sluice.core.feed.FeedResult;
import io.sluice.core.ops.Pauses;
import io.sluice.core.yaml.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The feeds as declared, and their pauses. */
@Command(
    name = "feed",
    description = "Checks and shows feeds; pauses and resumes their collection.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      FeedCommand.Check.class,
      FeedCommand.ListFeeds.class,
      FeedCommand.Show.class,
      FeedCommand.Pause.class,
      FeedCommand.Resume.class
    },
    footerHeading = "%nExamples:%n",
    footer = {"  sluice feed check feeds/", "  sluice feed pause nr-pm ems1"})
final class FeedCommand extends Group {

  FeedCommand(Session session) {
    super(session);
  }

  private static Map<Path, FeedResult> parse(Path place) {
    try {
      return FeedParser.parseAll(place);
    } catch (IOException e) {
      throw noFeeds(place);
    }
  }

  private static DeclaredFeeds declared(Session session) {
    try {
      return DeclaredFeeds.read(Settings.feeds(session));
    } catch (IOException e) {
      throw noFeeds(Settings.feeds(session));
    }
  }

  private static UserError noFeeds(Path place) {
    return UserError.usage(
        "there are no feeds at " + place, "Name the directory with --feeds or SLUICE_FEEDS");
  }

  /** Checks. */
  @Command(
      name = "check",
      description = "Prints every problem in every file, with line, column and remedy.",
      footerHeading = "%nExamples:%n",
      footer = {"  sluice feed check", "  sluice feed check feeds/nr-pm.yaml --json"})
  static final class Check implements Callable<Integer> {
    private final Session session;

    @Parameters(
        paramLabel = "PLACE",
        arity = "0..*",
        description = "Directories or files. Default: the directory of --feeds.")
    private List<Path> places = new ArrayList<>();

    Check(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      List<Path> all = places.isEmpty() ? List.of(Settings.feeds(session)) : places;
      List<Problem> problems = new ArrayList<>();
      int files = 0;
      for (Path place : all) {
        Map<Path, FeedResult> results = parse(place);
        files += results.size();
        results.values().forEach(result -> problems.addAll(result.problems()));
      }
      return CheckedFiles.report(session, files, problems);
    }
  }

  /** Lists. */
  @Command(
      name = "list",
      description = "Lists the feeds in the directory.",
      footerHeading = "%nExamples:%n",
      footer = "  sluice feed list --feeds /etc/sluice/feeds")
  static final class ListFeeds implements Callable<Integer> {
    private final Session session;

    ListFeeds(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      DeclaredFeeds declared = declared(session);
      List<Feed> feeds = declared.good();
      session.print(
          feeds.stream().map(Json::tree).toList(),
          () -> {
            Table table =
                session.table("FEED", "FORMAT", "POLL", "TARGET", "MODE", "PATH", "DESCRIPTION");
            feeds.forEach(
                f ->
                    table.row(
                        f.name(),
                        f.format().name(),
                        session.format().duration(f.source().poll()),
                        f.target().table(),
                        f.target().mode().name().toLowerCase(java.util.Locale.ROOT),
                        f.source().origin().path(),
                        f.description()));
            session.print(table, "no feeds at " + Settings.feeds(session));
          });
      declared.broken().forEach(broken -> session.err().println(broken.sentence(session.format())));
      return declared.broken().isEmpty() ? Exit.OK : Exit.PROBLEMS;
    }
  }

  /** Shows one. */
  @Command(
      name = "show",
      description = "Shows a feed with all defaults filled in; secrets stay references.",
      footerHeading = "%nExamples:%n",
      footer = "  sluice feed show nr-pm")
  static final class Show implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "FEED", description = "Its name.")
    private String name;

    Show(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      DeclaredFeeds declared = declared(session);
      Feed feed = declared.get(name).orElseThrow(() -> notThere(declared));
      session.print(Json.tree(feed), () -> Details.print(session.out(), Json.tree(feed)));
      return Exit.OK;
    }

    private UserError notThere(DeclaredFeeds declared) {
      return declared
          .broken(name)
          .map(broken -> new UserError(Exit.PROBLEMS, broken.sentence(session.format()), ""))
          .orElseGet(() -> Names.unknown("feed", name, declared.names()));
    }
  }

  /** Pauses. */
  @Command(
      name = "pause",
      description = "Stops collecting from a feed, or from one of its hosts, until it is resumed.",
      footerHeading = "%nExamples:%n",
      footer = {"  sluice feed pause nr-pm", "  sluice feed pause nr-pm ems1:2222"})
  static final class Pause implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "FEED", description = "The feed.")
    private String feed;

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "HOST",
        defaultValue = "",
        description = "Only this host.")
    private String host;

    Pause(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      Names names = new Names(session);
      names.requireOneFeed(feed);
      String named = host.isEmpty() ? "" : names.requireHost(feed, host);
      boolean paused = new Pauses(session.transactions()).pause(feed, named);
      session.print(pauses(paused), () -> session.out().println(said(named, paused)));
      names.warnIfBroken(feed);
      return Exit.OK;
    }

    private String said(String named, boolean paused) {
      String what = FeedCommand.named(feed, named);
      return paused
          ? "%s is paused: nothing is fetched from it until you run: sluice feed resume %s %s"
              .formatted(what, feed, named)
              .strip()
          : what + " was paused already";
    }

    private static Map<String, Object> pauses(boolean paused) {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("paused", paused);
      return answer;
    }
  }

  /** Resumes. */
  @Command(
      name = "resume",
      description = "Ends a pause; without a host, the pauses of its hosts too.",
      footerHeading = "%nExamples:%n",
      footer = {"  sluice feed resume nr-pm", "  sluice feed resume nr-pm ems1:2222"})
  static final class Resume implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "FEED", description = "The feed.")
    private String feed;

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "HOST",
        defaultValue = "",
        description = "Only this host.")
    private String host;

    Resume(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      Names names = new Names(session);
      names.requireOneFeed(feed);
      String named = host.isEmpty() ? "" : names.requireHost(feed, host);
      int ended = new Pauses(session.transactions()).resume(feed, named);
      session.print(
          Map.of("ended", ended),
          () ->
              session
                  .out()
                  .println(
                      FeedCommand.named(feed, named)
                          + (ended > 0 ? " is resumed" : " was not paused")));
      return ended > 0 ? Exit.OK : Exit.PROBLEMS;
    }
  }

  private static String named(String feed, String host) {
    return Optional.of(host).filter(h -> !h.isEmpty()).map(h -> feed + " from " + h).orElse(feed);
  }
}
