package io.sluice.cli;

import io.sluice.core.ops.SchemaApproval;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** New tables and columns. */
@Command(
    name = "schema",
    description = "Tables and columns created today, and those waiting for approval.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {SchemaCommand.ListUse.class, SchemaCommand.Approve.class},
    footerHeading = "%nExamples:%n",
    footer = {"  sluice schema list", "  sluice schema approve nr-pm --tables 20"})
final class SchemaCommand extends Group {

  SchemaCommand(Session session) {
    super(session);
  }

  /** Lists. */
  @Command(
      name = "list",
      description =
          "Lists, by feed, the tables and columns created today (UTC) and the files waiting for"
              + " approval.",
      footerHeading = "%nExamples:%n",
      footer = "  sluice schema list --json")
  static final class ListUse implements Callable<Integer> {
    private final Session session;

    ListUse(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      List<SchemaApproval.Use> uses = new SchemaApproval(session.transactions()).list();
      session.print(
          uses,
          () -> {
            Table table =
                session.table(
                    "FEED",
                    ">TABLES",
                    ">COLUMNS",
                    ">+TABLES",
                    ">+COLUMNS",
                    ">PARKED",
                    "SINCE",
                    "REASON");
            Format format = session.format();
            uses.forEach(
                u ->
                    table.row(
                        u.feed(),
                        u.tables(),
                        u.columns(),
                        u.moreTables(),
                        u.moreColumns(),
                        format.number(u.parked()),
                        format.time(u.since()),
                        u.reason()));
            session.print(table, "nothing new today, and nothing is waiting for approval");
          });
      return Exit.OK;
    }
  }

  /** Approves. */
  @Command(
      name = "approve",
      description =
          "Allows a feed that many more new tables and columns today (UTC), and resumes the"
              + " files waiting for them.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  sluice schema approve nr-pm --tables 20",
        "  sluice schema approve nr-pm --columns 500",
      })
  static final class Approve implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "FEED", description = "The feed.")
    private String feed;

    @Option(names = "--tables", paramLabel = "N", description = "More tables.")
    private int tables;

    @Option(names = "--columns", paramLabel = "N", description = "More columns.")
    private int columns;

    Approve(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      if (tables < 0 || columns < 0 || tables + columns == 0) {
        throw UserError.usage("nothing to approve", "Set --tables or --columns to more than 0");
      }
      new Names(session).requireOneFeed(feed);
      int resumed = new SchemaApproval(session.transactions()).approve(feed, tables, columns);
      session.print(
          Map.of("resumed", resumed),
          () ->
              session
                  .out()
                  .printf(
                      "%s may create %d more tables and %d more columns today; %s resumed%n",
                      feed, tables, columns, session.format().count(resumed, "file")));
      return Exit.OK;
    }
  }
}
