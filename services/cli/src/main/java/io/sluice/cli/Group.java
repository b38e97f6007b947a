package io.sluice.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that only has others. */
abstract class Group implements Runnable {

  @Spec private CommandSpec spec;

  Group(Session session) {
    java.util.Objects.requireNonNull(session);
  }

  @Override
  public final void run() {
    throw new ParameterException(
        spec.commandLine(), "name a subcommand: " + String.join(", ", spec.subcommands().keySet()));
  }
}
