package io.sluice.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The completion script. */
@Command(
    name = "completion",
    description = "Prints a completion script for bash and zsh.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  source <(sluice completion)",
      "  sluice completion > /etc/bash_completion.d/sluice",
    })
final class CompletionCommand implements Runnable {

  private final Session session;

  @Spec private CommandSpec spec;

  CompletionCommand(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    session.out().print(AutoComplete.bash("sluice", spec.root().commandLine()));
    session.out().flush();
  }
}
