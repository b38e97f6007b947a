package io.sluice.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The entry of {@code bin/sluice}. */
public final class Main {

  private static final int USUAL_COLUMNS = 120;

  private Main() {}

  public static void main(String[] args) {
    System.setProperty("slf4j.internal.verbosity", "ERROR"); // a command has no log
    boolean interactive =
        Optional.ofNullable(System.console()).filter(Main::isTerminal).isPresent();
    Terminal terminal =
        new Terminal(
            new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())),
            writer(System.out),
            writer(System.err),
            interactive ? columns(System.getenv()) : Integer.MAX_VALUE,
            interactive,
            System.getenv(),
            Clock.systemUTC(),
            ZoneId.systemDefault());
    int code = execute(terminal, args);
    terminal.out().flush();
    System.exit(code);
  }

  /** From JDK 22 on there is a console even where there is no terminal; it can say so. */
  private static boolean isTerminal(Console console) {
    try {
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true; // an older JDK, which has a console only with a terminal
    }
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  private static int columns(Map<String, String> environment) {
    try {
      return Integer.parseInt(environment.getOrDefault("COLUMNS", "").strip());
    } catch (NumberFormatException e) {
      return columnsOfTerminal();
    }
  }

  private static int columnsOfTerminal() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size").redirectInput(Path.of("/dev/tty").toFile()).start();
      try (BufferedReader answer = stty.inputReader()) {
        Matcher size =
            Pattern.compile("[0-9]+ ([0-9]+)").matcher(String.valueOf(answer.readLine()));
        return size.matches() ? Integer.parseInt(size.group(1)) : USUAL_COLUMNS;
      }
    } catch (IOException | NumberFormatException e) {
      return USUAL_COLUMNS; // no stty here, so nobody says how wide it is
    }
  }

  /** Runs one command and returns its exit code, one of {@link Exit}. */
  static int execute(Terminal terminal, String... args) {
    return commandLine(terminal).execute(args);
  }

  static CommandLine commandLine(Terminal terminal) {
    Session session = new Session(terminal);
    CommandLine line = new CommandLine(new SluiceCommand(session), new SessionFactory(session));
    line.setOut(terminal.out());
    line.setErr(terminal.err());
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(terminal.interactive() ? Ansi.AUTO : Ansi.OFF));
    line.setExecutionExceptionHandler(new Failures(session));
    line.setParameterExceptionHandler(Main::usageProblem);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpWidth(Math.min(100, Math.max(60, terminal.columns())));
    return line;
  }

  private static int usageProblem(CommandLine.ParameterException problem, String[] args) {
    CommandLine command = problem.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(command.getColorScheme().errorText("sluice: " + problem.getMessage()));
    CommandLine.UnmatchedArgumentException.printSuggestions(problem, err);
    err.println("See: " + command.getCommandSpec().qualifiedName() + " --help");
    err.flush();
    return Exit.USAGE;
  }
}
