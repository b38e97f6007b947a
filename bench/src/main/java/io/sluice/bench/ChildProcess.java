package io.sluice.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that is started, killed and started again; its output goes to one log. */
final class ChildProcess {
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final String name;
  private final Path log;
  private List<String> command;
  private Map<String, String> environment;
  private Process process;

  ChildProcess(String name, List<String> command, Map<String, String> environment, Path log) {
    this.name = name;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.log = log;
  }

  String name() {
    return name;
  }

  Path log() {
    return log;
  }

  /** Of the last start. */
  long pid() {
    return process.pid();
  }

  /** Takes effect at the next start. */
  void environment(Map<String, String> changed) {
    environment = Map.copyOf(changed);
  }

  void start() throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    process = builder.start();
  }

  /** As {@code kill -9} does: nothing is finished or handed back. */
  void kill() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  void stop() throws InterruptedException {
    if (process == null) {
      return;
    }
    process.destroy();
    if (!process.waitFor(GRACE.toSeconds(), TimeUnit.SECONDS)) {
      kill();
    }
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** The exit code, once it has ended. */
  int exitCode() {
    return process.exitValue();
  }
}
