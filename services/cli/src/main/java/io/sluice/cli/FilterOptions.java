package io.sluice.cli;

import io.sluice.core.ops.FileFilter;
import io.sluice.core.ops.TimeRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which files a command is about. Globs: * any characters, ? one. */
final class FilterOptions {

  /** For the completion script. */
  static final class States implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return FileFilter.STATES.iterator();
    }
  }

  @Parameters(paramLabel = "ID", arity = "0..*", description = "Only the files with these ids.")
  private List<Long> ids = new ArrayList<>();

  @Option(names = "--feed", paramLabel = "GLOB", description = "Only feeds that match.")
  private String feed;

  @Option(
      names = "--state",
      split = ",",
      paramLabel = "STATE",
      completionCandidates = States.class,
      description = "Only these states: ${COMPLETION-CANDIDATES}.")
  private Set<String> states = new HashSet<>();

  @Option(names = "--element", paramLabel = "GLOB", description = "Only elements that match.")
  private String element;

  @Option(names = "--path", paramLabel = "GLOB", description = "Only paths that match.")
  private String path;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = Times.class,
      description = "Only files found since: " + Times.FORMS + ".")
  private Instant since;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      converter = Times.class,
      description = "Only files found before.")
  private Instant until;

  @Option(
      names = "--period-since",
      paramLabel = "TIME",
      converter = Times.class,
      description = "Only files whose period ends at this time or later.")
  private Instant periodSince;

  @Option(
      names = "--period-until",
      paramLabel = "TIME",
      converter = Times.class,
      description = "Only files whose period ends before.")
  private Instant periodUntil;

  /**
   * The filter.
   *
   * @throws UserError if nothing has the name of its feed, or it is no state
   */
  FileFilter filter(Session session) {
    Names.requireFeed(session, feed);
    for (String state : states) {
      if (!FileFilter.STATES.contains(state)) {
        throw UserError.usage(
            "'" + state + "' is not a file state",
            "There are: " + String.join(", ", FileFilter.STATES));
      }
    }
    return new FileFilter(
        ids,
        feed,
        states,
        element,
        path,
        new TimeRange(since, until),
        new TimeRange(periodSince, periodUntil));
  }

  /** Whether files were named one by one. */
  boolean namesFiles() {
    return !ids.isEmpty();
  }

  /** The value of a {@code --limit}, if it is one. */
  static int limit(int wanted) {
    if (wanted < 1) {
      throw UserError.usage("--limit is " + wanted, "Give 1 or more");
    }
    return wanted;
  }
}
