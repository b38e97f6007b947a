package io.sluice.cli;

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
    description = "Files that wait until a person acts: a privilege, a limit, a missing table.",
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
          "Lists parked files by feed and reason; each of them: sluice files --state parked.",
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
            session.print(table, "nothing is parked");
          });
      return Exit.OK;
    }
  }

  /** Resumes. */
  @Command(
      name = "resume",
      description = "Lets the parked files of a feed go on, once what stopped them is mended.",
      footerHeading = "%nExamples:%n",
      footer = {"  sluice parked resume nr-pm", "  sluice parked resume '*'"})
  static final class Resume implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "FEED", description = "Name or glob.")
    private String feed;

    Resume(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      int files = new ParkedFiles(session.transactions()).resume(feed);
      session.print(
          Map.of("resumed", files),
          () -> session.out().println(session.format().number(files) + " files go on"));
      return files > 0 ? Exit.OK : Exit.PROBLEMS;
    }
  }
}
