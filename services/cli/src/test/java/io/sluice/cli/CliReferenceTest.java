package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** docs/cli.md is what the command says of itself; {@code -Dsluice.docs.write=true} writes it. */
class CliReferenceTest {

  private static final String INTRODUCTION =
      """
      # The command `sluice`

      `bin/sluice` operates a pipeline: feeds, files, tasks, failures and recovery. It talks to the database and, for
      replays from staging and for recovery, to the staging; it needs no broker, because the ledger is the truth and
      the services find new work there.

      The database is that of `--url`, `--user` and `--password-file`, else of `SLUICE_DATABASE_URL`,
      `SLUICE_DATABASE_USER` and `SLUICE_DATABASE_PASSWORD`, else of `.sluice/connection.properties` in the working or
      the home directory (keys `url`, `user`, `password`, `staging`, `feeds`, `tasks`), which standalone writes. Login options
      or variables belong to the URL given with them; the login in the file is used only with the URL in the file.

      A command that names what it changes, one by one (files by id, a feed, a host, a task, a partition), changes it at
      once and says what it did. A command that selects by a filter or a glob, and `recover`, first says what it will do
      and to how many, and asks; where nobody can answer (no terminal, or `--json`) it needs `--yes`. `sql` needs
      `--write`. A feed, host or task that does not exist is an error (code 2), with the nearest name that does.

      Errors are one sentence and a remedy on standard error, results are on standard output. Exit codes:

      | code | meaning |
      |---|---|
      | 0 | done |
      | 1 | done, but problems were found, or not everything asked for could be done |
      | 2 | the command line is wrong, or names something that does not exist |
      | 3 | some files' counts do not add up (`reconcile`) |
      | 4 | database or staging cannot be reached, or there is no ledger |
      | 5 | the database rejected a statement, or the command itself failed |

      This page is generated from the command's own help.
      """;

  private static final Path PAGE = Path.of("../../docs/cli.md");

  static CommandLine sluice() {
    Terminal nobody =
        new Terminal(
            new BufferedReader(new StringReader("")),
            new PrintWriter(new StringWriter()),
            new PrintWriter(new StringWriter()),
            100,
            false,
            Map.of(),
            Clock.systemUTC(),
            ZoneOffset.UTC);
    return Main.commandLine(nobody);
  }

  private static void describe(CommandLine command, StringBuilder page) {
    page.append("\n## ").append(command.getCommandSpec().qualifiedName()).append("\n\n```\n");
    page.append(command.getUsageMessage(Ansi.OFF).stripTrailing()).append("\n```\n");
    command
        .getSubcommands()
        .forEach(
            (name, sub) -> {
              if (!name.equals("help")) {
                describe(sub, page);
              }
            });
  }

  @Test
  void pageIsCurrent() throws IOException {
    StringBuilder page = new StringBuilder(INTRODUCTION);
    describe(sluice(), page);
    if (Boolean.getBoolean("sluice.docs.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE))
        .as("docs/cli.md; write it with -Dsluice.docs.write=true")
        .isEqualTo(page.toString());
  }

  @Test
  void everyCommandHasAnExample() {
    assertExamples(sluice());
  }

  private static void assertExamples(CommandLine command) {
    for (CommandLine sub : command.getSubcommands().values()) {
      if (!sub.getCommandName().equals("help")) {
        assertThat(sub.getUsageMessage(Ansi.OFF)).contains("Examples:", "  sluice ");
        assertExamples(sub);
      }
    }
  }
}
