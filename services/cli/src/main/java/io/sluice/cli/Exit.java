package io.sluice.cli;

/** Exit codes; docs/cli.md says the same. */
final class Exit {

  static final int OK = 0;

  /** The command ran and found problems, or could not do all that was asked. */
  static final int PROBLEMS = 1;

  static final int USAGE = 2;

  /** Some files' counts do not add up. */
  static final int NOT_EXACT = 3;

  /** Database or staging cannot be reached, or the ledger is not there. */
  static final int AWAY = 4;

  /** The database refused a statement, or the command itself is broken. */
  static final int FAILED = 5;

  private Exit() {}
}
