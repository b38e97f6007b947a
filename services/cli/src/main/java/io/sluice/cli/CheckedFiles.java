package io.sluice.cli;

import io.sluice.core.yaml.Problem;
import java.util.List;

/** What a check of declarations found. */
final class CheckedFiles {

  private CheckedFiles() {}

  /** Prints every problem, and returns the exit code. */
  static int report(Session session, int files, List<Problem> problems) {
    session.print(
        problems,
        () -> {
          problems.forEach(problem -> session.out().println(problem));
          Format format = session.format();
          session
              .err()
              .println(
                  format.count(files, "file") + ", " + format.count(problems.size(), "problem"));
        });
    return problems.isEmpty() ? Exit.OK : Exit.PROBLEMS;
  }
}
