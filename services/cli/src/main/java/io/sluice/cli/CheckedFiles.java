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
          session.err().printf("%d files, %d problems%n", files, problems.size());
        });
    return problems.isEmpty() ? Exit.OK : Exit.PROBLEMS;
  }
}
