package io.sluice.cli;

import io.sluice.core.ops.FileQuery;
import io.sluice.core.ops.FileRow;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists files. */
@Command(
    name = "files",
    description = "Lists files, the last found first, with what became of each.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  sluice files --feed nr-pm --state rejected,dead --since 1d",
      "  sluice files --element 'gNB-01*' --period-since '2026-03-10 10:00' --json",
      "  sluice files 10512345678912345",
    })
final class FilesCommand implements Callable<Integer> {

  private final Session session;

  @Mixin private FilterOptions filter;

  @Option(
      names = "--limit",
      defaultValue = "100",
      paramLabel = "N",
      description = "At most so many. Default: ${DEFAULT-VALUE}.")
  private int limit;

  FilesCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    int most = FilterOptions.limit(limit);
    List<FileRow> files = new FileQuery(session.transactions()).find(filter.filter(), most);
    session.print(
        files,
        () -> {
          session.print(FileTable.of(session, files), "no such files");
          if (files.size() == limit) {
            session.err().println("only the last " + limit + "; more with --limit");
          }
        });
    return Exit.OK;
  }
}
