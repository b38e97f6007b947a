package io.sluice.cli;

/** Something the person at the terminal can fix: one sentence, and what to do. */
final class UserError extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int exitCode;

  UserError(int exitCode, String sentence, String remedy) {
    super(remedy.isEmpty() ? sentence : sentence + ". " + remedy);
    this.exitCode = exitCode;
  }

  static UserError usage(String sentence, String remedy) {
    return new UserError(Exit.USAGE, sentence, remedy);
  }

  int exitCode() {
    return exitCode;
  }
}
