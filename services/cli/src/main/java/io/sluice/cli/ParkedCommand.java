package io.sluice.cli;

import io.sluice.core.ops.KnownFeeds;
import io.sluice.core.ops.ParkedFiles;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Files that wait for a person. */
@Command(
    name = "parked",
    description = "Files waiting for somebody to act: a privilege, a limit, a missing table.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {ParkedCommand.ListParked.class, ParkedCommand.Resume.class},
    footerHeading = "%nExamples:%n",
    footer = {"  sluice parked list", "  sluice parked resume nr-pm"})
final class ParkedCommand extends Group {

  ParkedCommand(Session session) {
    super(session);
  }

  /** Lists. */
  @Command(
      name = "list",
      description =
          "Counts parked files by feed and reason; to list them: sluice files --state parked.",
      footerHeading = "%nExamples:%n",
      footer = "  sluice parked list --feed nr-pm")
  static final class ListParked implements Callable<Integer> {
    private final Session session;

    @Option(names = "--feed", paramLabel = "GLOB", description = "Only feeds that match.")
    private String feed;

    ListParked(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      Names.requireFeed(session, feed);
      List<ParkedFiles.Group> groups = new ParkedFiles(session.transactions()).groups(feed);
      session.print(
          groups,
          () -> {
            Table table = session.table("FEED", "STAGE", ">FILES", "SINCE", ">EXAMPLE", "REASON");
            Format format = session.format();
            groups.forEach(
                g ->
                    table.row(
                        g.feed(),
                        g.stage(),
                        format.number(g.files()),
                        format.time(g.since()),
                        g.example(),
                        g.reason()));
            session.print(table, "no parked files");
          });
      return Exit.OK;
    }
  }

  /** Resumes. */
  @Command(
      name = "resume",
      description = "Resumes the parked files of a feed once what stopped them has been fixed.",
      footerHeading = "%nExamples:%n",
      footer = {"  sluice parked resume nr-pm", "  sluice parked resume '*'"})
  static final class Resume implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "FEED", description = "Name or glob.")
    private String feed;

    @Option(
        names = {"-y", "--yes"},
        description = "Do not ask, although FEED is a glob.")
    private boolean yes;

    Resume(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      Names.requireFeed(session, feed);
      ParkedFiles parked = new ParkedFiles(session.transactions());
      List<ParkedFiles.Group> groups = parked.groups(feed);
      long waiting = groups.stream().mapToLong(ParkedFiles.Group::files).sum();
      if (KnownFeeds.isGlob(feed) && waiting > 0) {
        session.confirm(question(groups, waiting), yes);
      }
      int files = waiting == 0 ? 0 : parked.resume(feed);
      session.print(
          Map.of("resumed", files),
          () -> session.out().println(session.format().count(files, "file") + " resumed"));
      return files > 0 ? Exit.OK : Exit.PROBLEMS;
    }

    private String question(List<ParkedFiles.Group> groups, long files) {
      List<String> feeds = groups.stream().map(ParkedFiles.Group::feed).distinct().toList();
      return "Resume %s of %s?"
          .formatted(session.format().count(files, "parked file"), String.join(", ", feeds));
    }
  }
}
