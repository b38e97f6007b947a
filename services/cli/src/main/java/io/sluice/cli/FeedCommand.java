package io.sluice.cli;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedParser;
import io.sluice.core.feed.FeedResult;
import io.sluice.core.ops.FeedStatus;
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
      throw UserError.usage(
          "there are no feeds at " + place, "Name the directory by --feeds or SLUICE_FEEDS");
    }
  }

  private static List<Feed> feeds(Session session) {
    List<Feed> feeds = new ArrayList<>();
    int broken = 0;
    for (FeedResult result : parse(Settings.feeds(session)).values()) {
      result.feed().ifPresent(feeds::add);
      broken += result.problems().isEmpty() ? 0 : 1;
    }
    if (broken > 0) {
      session.err().println(broken + " files have problems; see: sluice feed check");
    }
    return feeds;
  }

  /** Checks. */
  @Command(
      name = "check",
      description = "Prints every problem of every file with its line, column and remedy.",
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
      description = "Lists the feeds of the directory.",
      footerHeading = "%nExamples:%n",
      footer = "  sluice feed list --feeds /etc/sluice/feeds")
  static final class ListFeeds implements Callable<Integer> {
    private final Session session;

    ListFeeds(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      List<Feed> feeds = feeds(session);
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
      return Exit.OK;
    }
  }

  /** Shows one. */
  @Command(
      name = "show",
      description = "Shows a feed with every default filled in; secrets stay references.",
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
      List<Feed> feeds = feeds(session);
      Feed feed =
          feeds.stream()
              .filter(f -> f.name().equals(name))
              .findFirst()
              .orElseThrow(() -> unknown(name, feeds.stream().map(Feed::name).toList()));
      session.print(Json.tree(feed), () -> Details.print(session.out(), Json.tree(feed)));
      return Exit.OK;
    }
  }

  private static UserError unknown(String name, List<String> known) {
    return new UserError(
        Exit.PROBLEMS,
        "there is no feed " + name,
        known.isEmpty() ? "No feed is known" : "There are: " + String.join(", ", known));
  }

  /** Pauses. */
  @Command(
      name = "pause",
      description = "Stops the collection of a feed, or of one of its hosts, until it is resumed.",
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
        description = "Only this host, as the ledger names it.")
    private String host;

    Pause(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      requireKnown();
      boolean paused = new Pauses(session.transactions()).pause(feed, host);
      session.print(
          pauses(paused),
          () ->
              session
                  .out()
                  .println(named(feed, host) + (paused ? " is paused" : " was paused already")));
      return Exit.OK;
    }

    /** A pause of a name nobody has would look as if it worked. */
    private void requireKnown() {
      List<String> known = new ArrayList<>();
      new FeedStatus(session.transactions(), session.terminal.clock())
          .lines(null, List.of())
          .forEach(line -> known.add(line.feed()));
      if (!known.contains(feed) && java.nio.file.Files.isDirectory(Settings.feeds(session))) {
        feeds(session).forEach(f -> known.add(f.name()));
      }
      if (!known.contains(feed)) {
        throw unknown(feed, known.stream().distinct().sorted().toList());
      }
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
      description = "Ends a pause; without a host also those of its hosts.",
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
      int ended = new Pauses(session.transactions()).resume(feed, host);
      session.print(
          Map.of("ended", ended),
          () ->
              session
                  .out()
                  .println(named(feed, host) + (ended > 0 ? " goes on" : " was not paused")));
      return ended > 0 ? Exit.OK : Exit.PROBLEMS;
    }
  }

  private static String named(String feed, String host) {
    return Optional.of(host).filter(h -> !h.isEmpty()).map(h -> feed + " from " + h).orElse(feed);
  }
}
