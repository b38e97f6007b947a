package io.sluice.testkit;

import io.sluice.embedded.Directories;
import io.sluice.embedded.EmbeddedException;
import io.sluice.embedded.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A RabbitMQ node of the test's own, with its own name, directory and ports, started and stopped
 * without touching a node of the system's.
 */
public final class PrivateRabbit implements TestRabbit {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final RabbitPrograms programs;
  private final Path directory;
  private final String node = "sluice-" + UUID.randomUUID() + "@localhost";
  private final int port = Ports.free();
  private final Map<String, String> environment;
  private final Thread hook = new Thread(this::shutDown, "stop-private-rabbit");
  private Process server;

  private PrivateRabbit(RabbitPrograms programs, Path directory) {
    this.programs = programs;
    this.directory = directory;
    this.environment = environment();
  }

  /** Whether the package rabbitmq-server is installed. */
  public static boolean isInstalled() {
    return RabbitPrograms.ofSystem().isPresent();
  }

  /** Starts a node of the system's package and waits until it accepts connections. */
  public static PrivateRabbit start() {
    return start(RabbitPrograms.named("system"));
  }

  /** Starts a node of these programs and waits until it accepts connections. */
  public static PrivateRabbit start(RabbitPrograms programs) {
    try {
      PrivateRabbit rabbit = new PrivateRabbit(programs, programs.createDirectory());
      rabbit.configure();
      Runtime.getRuntime().addShutdownHook(rabbit.hook);
      rabbit.startServer();
      return rabbit;
    } catch (IOException e) {
      throw new EmbeddedException("cannot start RabbitMQ: " + e.getMessage(), e);
    }
  }

  /** Such as {@code 3.10.8}. */
  public String version() {
    return programs.version();
  }

  /** Of the process that started all others of the node. */
  public long pid() {
    return server.pid();
  }

  public int port() {
    return port;
  }

  @Override
  public String uri() {
    return "amqp://guest:guest@127.0.0.1:" + port;
  }

  /** Starts the node again on the same port, after stop or kill; what was durable is there. */
  public void startServer() {
    try {
      Files.deleteIfExists(pidFile());
      server =
          process("rabbitmq-server", List.of())
              .redirectOutput(directory.resolve("server.log").toFile())
              .start();
    } catch (IOException e) {
      throw new EmbeddedException("cannot start RabbitMQ: " + e.getMessage(), e);
    }
    rabbitmqctl("wait", seen("pid"), "--timeout", Long.toString(PATIENCE.toSeconds()));
  }

  /** Stops the node in order. */
  public void stop() {
    if (server != null) {
      List<ProcessHandle> all = processes();
      server.descendants().forEach(ProcessHandle::destroy);
      server.destroy();
      awaitEnd(all);
      server = null;
    }
  }

  /** Ends its processes at once, as a crash would. */
  public void kill() {
    if (server != null) {
      List<ProcessHandle> all = processes();
      all.forEach(ProcessHandle::destroyForcibly);
      awaitEnd(all);
      server = null;
    }
  }

  @Override
  public void restart() {
    stop();
    startServer();
  }

  /** Drops all messages of a queue that no consumer holds. */
  public void purge(String queue) {
    rabbitmqctl("purge_queue", queue);
  }

  /** Runs rabbitmqctl against this node and returns what it printed. */
  public String rabbitmqctl(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--node", node, "--quiet"));
    all.addAll(List.of(arguments));
    Path output = directory.resolve("ctl-" + UUID.randomUUID() + ".out");
    try {
      Process ctl = process("rabbitmqctl", all).redirectOutput(output.toFile()).start();
      if (!ctl.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || ctl.exitValue() != 0) {
        ctl.destroyForcibly();
        throw new EmbeddedException(
            "rabbitmqctl %s failed: %s; the server said: %s"
                .formatted(
                    String.join(" ", arguments),
                    Files.readString(output),
                    Files.readString(directory.resolve("server.log"))));
      }
      return Files.readString(output);
    } catch (IOException e) {
      throw new EmbeddedException("cannot run rabbitmqctl: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedException("interrupted while rabbitmqctl runs", e);
    }
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(hook);
    shutDown();
  }

  private void shutDown() {
    kill();
    try {
      process("epmd", List.of("-kill"))
          .redirectOutput(directory.resolve("epmd.log").toFile())
          .start()
          .waitFor(10, TimeUnit.SECONDS);
      Directories.delete(directory);
    } catch (IOException | UncheckedIOException e) {
      throw new EmbeddedException("cannot clean up after RabbitMQ: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Map<String, String> environment() {
    Map<String, String> variables = new HashMap<>();
    variables.put("HOME", programs.inside(directory).toString());
    variables.put("RABBITMQ_NODENAME", node);
    variables.put("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1");
    variables.put("RABBITMQ_NODE_PORT", Integer.toString(port));
    variables.put("RABBITMQ_DIST_PORT", Integer.toString(Ports.free()));
    variables.put("ERL_EPMD_PORT", Integer.toString(Ports.free()));
    variables.put("ERL_EPMD_ADDRESS", "127.0.0.1");
    variables.put("RABBITMQ_MNESIA_BASE", seen("data"));
    variables.put("RABBITMQ_LOG_BASE", seen("log"));
    variables.put("RABBITMQ_CONF_ENV_FILE", seen("env.conf"));
    variables.put("RABBITMQ_CONFIG_FILE", seen("rabbitmq"));
    variables.put("RABBITMQ_ENABLED_PLUGINS_FILE", seen("plugins"));
    variables.put("RABBITMQ_PID_FILE", seen("pid"));
    return variables;
  }

  /** A file of the node's directory, as its programs see it. */
  private String seen(String name) {
    return programs.inside(directory.resolve(name)).toString();
  }

  private Path pidFile() {
    return directory.resolve("pid");
  }

  private void configure() throws IOException {
    Files.createDirectories(directory.resolve("data"));
    Files.createDirectories(directory.resolve("log"));
    Files.writeString(directory.resolve("env.conf"), "");
    Files.writeString(directory.resolve("plugins"), "[].\n");
    // A full disk of the test machine is not what the tests are about.
    Files.writeString(
        directory.resolve("rabbitmq.conf"),
        "disk_free_limit.absolute = 50MB\nlog.file.level = warning\n");
    Path cookie = directory.resolve(".erlang.cookie");
    Files.writeString(cookie, UUID.randomUUID().toString());
    Files.setPosixFilePermissions(cookie, PosixFilePermissions.fromString("r--------"));
  }

  private ProcessBuilder process(String program, List<String> arguments) {
    ProcessBuilder builder =
        new ProcessBuilder(programs.command(program, arguments))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.environment().putAll(environment);
    return builder;
  }

  private List<ProcessHandle> processes() {
    return Stream.concat(Stream.of(server.toHandle()), server.descendants()).toList();
  }

  private static void awaitEnd(List<ProcessHandle> processes) {
    for (ProcessHandle process : processes) {
      process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
  }
}
