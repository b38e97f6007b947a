package io.sluice.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The program psql, where it is installed. */
final class Psql {
  private final int port;
  private final String user;
  private final String password;
  private final String database;

  Psql(int port, String user, String password, String database) {
    this.port = port;
    this.user = user;
    this.password = password;
    this.database = database;
  }

  boolean isInstalled() {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.of(path.split(Pattern.quote(File.pathSeparator), -1))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, "psql")));
  }

  /** Fills tables, already quoted, each from a file of tab-separated text. */
  void copy(Map<String, Path> files) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "psql",
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "--host=127.0.0.1",
                "--port=" + port,
                "--username=" + user,
                "--dbname=" + database));
    files.forEach(
        (table, file) ->
            command.add("--command=\\copy %s from '%s'".formatted(table, file.toAbsolutePath())));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("PGPASSWORD", password);
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("psql could not fill " + files.keySet() + ": " + said.strip());
    }
  }
}
