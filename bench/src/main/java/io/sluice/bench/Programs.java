package io.sluice.bench;

import io.sluice.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How the built programs are started: class path, environment and feed. */
final class Programs {
  static final String CHUNK_SIZE = "SLUICE_HANDLER_CHUNKSIZE";

  private static final String FEED = "chaos";

  /** Six JVMs that start again and again share few processors: little is compiled. */
  static final List<String> SHORT_LIVED = List.of("-Xmx256m", "-XX:TieredStopAtLevel=1");

  private final Path root;
  private final Surroundings surroundings;
  private final List<String> options;

  /**
   * Programs of a build.
   *
   * @param options of their JVMs
   */
  Programs(Path root, Surroundings surroundings, List<String> options) {
    this.root = root;
    this.surroundings = surroundings;
    this.options = List.copyOf(options);
  }

  List<String> command(String service) {
    String type = Character.toUpperCase(service.charAt(0)) + service.substring(1) + "Service";
    return java(root, service, options, "io.sluice.service." + service + "." + type);
  }

  /** What a program is told, with {@code changed} on top. */
  Map<String, String> environment(Map<String, String> changed) {
    Map<String, String> environment = new HashMap<>();
    environment.put("SLUICE_DATABASE_URL", surroundings.postgres().jdbcUrl(Surroundings.DATABASE));
    environment.put("SLUICE_DATABASE_USER", EmbeddedPostgres.USER);
    environment.put("SLUICE_DATABASE_PASSWORD", surroundings.postgres().password());
    environment.put("SLUICE_BROKER_ADDRESSES", "127.0.0.1:" + surroundings.rabbit().port());
    environment.put("SLUICE_STAGING_LOCATION", surroundings.staging().toUri().toString());
    environment.put("SLUICE_STAGING", surroundings.staging().toString());
    environment.put("SLUICE_STAGING_MINFREE", "100MB");
    environment.put("SLUICE_FEEDS", surroundings.feeds().toString());
    environment.put("SLUICE_FEEDSRELOAD", "1s");
    environment.put("SLUICE_LEDGER_LEASE", "15s");
    environment.put("SERVER_ADDRESS", "127.0.0.1");
    environment.put("SERVER_PORT", "0");
    environment.putAll(changed);
    return environment;
  }

  /** Writes the feed, or another version of it, at once. */
  void writeFeed(String description) throws IOException {
    FeedText.of(FEED, description).write(surroundings.feeds(), surroundings.files());
  }

  /** Has loaded files handled again, by the command line. */
  void replay(int files) throws IOException, InterruptedException {
    List<String> command =
        java(
            root,
            "cli",
            options,
            "io.sluice.cli.Main",
            "replay",
            "--feed",
            FEED,
            "--state",
            "loaded,settled",
            "--limit",
            Integer.toString(files),
            "--yes");
    Path log = surroundings.log("replay");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment(Map.of()));
    int exit = builder.start().waitFor();
    if (exit != 0) {
      throw new IOException(
          "sluice replay ended with exit code %d: %s".formatted(exit, Files.readString(log)));
    }
  }

  /** The options that every JVM is started with. */
  static String options(Path root) {
    return "@" + root.resolve("services").resolve("jvm.options");
  }

  /** The command that runs a built service from its classes and libraries. */
  static List<String> java(
      Path root, String module, List<String> options, String main, String... arguments) {
    Path target = root.resolve("services").resolve(module).resolve("target");
    String classPath =
        target.resolve("classes") + File.pathSeparator + target.resolve("lib") + "/*";
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    List<String> command = new ArrayList<>(List.of(java.toString(), options(root)));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, main));
    command.addAll(List.of(arguments));
    return command;
  }
}
