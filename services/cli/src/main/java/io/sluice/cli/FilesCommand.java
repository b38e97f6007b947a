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
    description = {
      "Lists files, most recently found first, with the outcome of each.",
      "Files that a scan left at their source are those of the state skipped. Below the table, of"
          + " files asked for by id: what the format was unsure of, and what each replay came to.",
    },
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
      description = "At most this many. Default: ${DEFAULT-VALUE}.")
  private int limit;

  FilesCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    int most = FilterOptions.limit(limit);
    List<FileRow> files = new FileQuery(session.transactions()).find(filter.filter(session), most);
    session.print(
        files,
        () -> {
          session.print(FileTable.of(session, files), "no matching files");
          if (filter.namesFiles()) {
            files.forEach(this::printDetails);
          }
          if (files.size() == limit) {
            session.err().println("showing the last " + limit + " only; for more use --limit");
          }
        });
    return Exit.OK;
  }

  /** What has no room in the table. */
  private void printDetails(FileRow file) {
    if (file.notes() != null || !file.replays().isEmpty()) {
      session.out().println();
      session.out().println("file " + file.id() + " " + file.path());
      if (file.notes() != null) {
        file.notes().lines().forEach(note -> session.out().println("  note: " + note));
      }
      file.replays().forEach(replay -> session.out().println("  " + sentence(replay)));
    }
  }

  private String sentence(FileRow.Replayed replay) {
    return "replay %d ended %s at %s: read %d = loaded %d + collapsed %d + replaced %d + rejected %d + dead %d%s"
        .formatted(
            replay.handling(),
            replay.state(),
            session.format().time(replay.endedAt()),
            replay.read(),
            replay.loaded(),
            replay.collapsed(),
            replay.replaced(),
            replay.rejected(),
            replay.dead(),
            replay.reason() == null ? "" : ": " + replay.reason());
  }
}
