package io.sluice.pgtask.maintenance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.pgtask.run.Login;
import io.sluice.pgtask.run.RunEnded;
import io.sluice.pgtask.run.StepContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.Driver;

/**
 * Runs the program pg_repack as a child, without a shell. The password goes by a file that only
 * this user may read, and that is gone afterwards; a cancel, the window's end and the task's
 * statement timeout end the program.
 *
 * @param superuser whether the role is one; else the client is told not to ask for it
 */
record RepackClient(Login login, boolean superuser) {

  private static final String PROGRAM = "pg_repack";
  private static final Pattern VERSION = Pattern.compile("pg_repack (\\S+)");
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration TO_END = Duration.ofSeconds(10);
  private static final int TAIL = 2_000;

  /** Of the program on this process's path; empty if there is none. */
  static Optional<String> version() {
    try {
      Process process = new ProcessBuilder(PROGRAM, "--version").redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      Matcher matcher = VERSION.matcher(output);
      return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // the program is not there
    }
  }

  /** As a person would type it. */
  List<String> command(String table, String orderBy, Duration lockTimeout) {
    Properties server = server();
    List<String> command =
        new ArrayList<>(
            List.of(
                PROGRAM,
                "--no-password",
                "--host=" + server.getProperty("PGHOST"),
                "--port=" + server.getProperty("PGPORT"),
                "--username=" + login.user(),
                "--dbname=" + server.getProperty("PGDBNAME"),
                "--table=" + table,
                "--order-by=" + orderBy,
                "--no-kill-backend",
                "--wait-timeout=" + Math.max(1, lockTimeout.toSeconds())));
    if (!superuser) {
      command.add("--no-superuser-check");
    }
    return command;
  }

  /** Hosts and ports may be lists, which libpq understands as the driver does. */
  private Properties server() {
    Properties server = Driver.parseURL(login.url(), new Properties());
    if (server == null) {
      throw new IllegalArgumentException("not a PostgreSQL URL: " + login.url());
    }
    return server;
  }

  /**
   * Runs it to its end.
   *
   * @return the end of its output
   * @throws SQLException if it failed, with the end of its output
   * @throws RunEnded when the run is to end; the program has ended by then
   */
  String run(StepContext context, List<String> command) throws SQLException {
    Path directory = null;
    try {
      directory =
          Files.createTempDirectory(
              "sluice-repack",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Path output = directory.resolve("output");
      int exit = run(context, builder(command, directory).redirectOutput(output.toFile()));
      String said = tail(output);
      if (exit != 0) {
        throw new SQLException("pg_repack exited with " + exit + ": " + said, "55000");
      }
      return said;
    } catch (IOException e) {
      throw new SQLException("pg_repack could not be run: " + e.getMessage(), "58030", e);
    } finally {
      delete(directory);
    }
  }

  private ProcessBuilder builder(List<String> command, Path directory) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Optional.ofNullable(server().getProperty("sslmode"))
        .ifPresent(mode -> builder.environment().put("PGSSLMODE", mode));
    Optional<String> password = login.password().get();
    if (password.isPresent()) {
      Path file = directory.resolve("pgpass");
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(
          file, "*:*:*:%s:%s\n".formatted(escape(login.user()), escape(password.get())));
      builder.environment().put("PGPASSFILE", file.toString());
    }
    return builder;
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace(":", "\\:");
  }

  private static int run(StepContext context, ProcessBuilder builder)
      throws IOException, SQLException {
    long end = System.nanoTime() + context.limits().statementTimeout().toNanos();
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      while (!process.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        context.checkNotEnded();
        if (System.nanoTime() > end) {
          throw new SQLException("pg_repack took longer than the statement timeout", "57014");
        }
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RunEnded(RunEnded.Reason.CANCELLED, "cancelled");
    } finally {
      end(process);
    }
  }

  private static void end(Process process) {
    try {
      process.destroy();
      if (!process.waitFor(TO_END.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static String tail(Path output) throws IOException {
    String text = Files.readString(output).strip();
    return text.substring(Math.max(0, text.length() - TAIL));
  }

  private static void delete(Path directory) throws SQLException {
    if (directory == null) {
      return;
    }
    try {
      Files.deleteIfExists(directory.resolve("pgpass"));
      Files.deleteIfExists(directory.resolve("output"));
      Files.delete(directory);
    } catch (IOException e) {
      throw new SQLException(directory + " could not be removed; remove it by hand", "58030", e);
    }
  }
}
