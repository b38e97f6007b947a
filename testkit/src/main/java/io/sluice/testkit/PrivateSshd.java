package io.sluice.testkit;

import io.sluice.embedded.Directories;
import io.sluice.embedded.EmbeddedException;
import io.sluice.embedded.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An OpenSSH server of the test's own, from the program the system's package installed: its own
 * configuration, keys and port on loopback. Only SFTP, for the user that runs the test, by key.
 */
public final class PrivateSshd implements AutoCloseable {

  private static final Path PROGRAM = Path.of("/usr/sbin/sshd");
  private static final Path SEPARATION = Path.of("/run/sshd");
  private static final long MILLIS_PER_TICK = 10;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Path directory;
  private final List<String> settings;
  private final int port = Ports.free();
  private final Thread hook = new Thread(this::end, "stop-private-sshd");
  private Process server;

  private PrivateSshd(Path directory, List<String> settings) {
    this.directory = directory;
    this.settings = List.copyOf(settings);
  }

  /** Whether the package openssh-server is installed. */
  public static boolean isInstalled() {
    return Files.isExecutable(PROGRAM);
  }

  /** Starts a server with OpenSSH's default settings. */
  public static PrivateSshd start() {
    return start(List.of());
  }

  /**
   * Starts a server and waits until it accepts connections.
   *
   * @param settings lines of sshd_config on top, such as {@code MaxStartups 2:100:3}
   */
  public static PrivateSshd start(List<String> settings) {
    if (!isInstalled()) {
      throw new EmbeddedException(
          "OpenSSH's server is not installed; on Debian: apt-get install openssh-server");
    }
    try {
      PrivateSshd sshd = new PrivateSshd(Files.createTempDirectory("sluice-sshd-"), settings);
      Runtime.getRuntime().addShutdownHook(sshd.hook);
      sshd.configure();
      sshd.startServer();
      return sshd;
    } catch (IOException e) {
      throw new EmbeddedException("cannot start sshd: " + e.getMessage(), e);
    }
  }

  public int port() {
    return port;
  }

  /** Who may log in: the user that runs the test. */
  public String user() {
    return System.getProperty("user.name");
  }

  /** The private key that logs in. */
  public Path key() {
    return directory.resolve("key");
  }

  /** The server's key in a file as {@code ~/.ssh/known_hosts} is. */
  public Path knownHosts() {
    return directory.resolve("known_hosts");
  }

  /** What the server has written to its log. */
  public String log() {
    try {
      return Files.readString(log(directory), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Processor time of the server and its connections, also those that have ended. Linux only. */
  public Duration processorTime() {
    return processes().map(PrivateSshd::processorTime).reduce(Duration.ZERO, Duration::plus);
  }

  /** Ends every connection at once; new ones are accepted. */
  public void dropConnections() {
    List<ProcessHandle> all = server.descendants().toList();
    all.forEach(ProcessHandle::destroyForcibly);
    awaitEnd(all);
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(hook);
    end();
  }

  private void configure() throws IOException {
    makeKey("host_key");
    makeKey("key");
    Files.copy(directory.resolve("key.pub"), directory.resolve("authorized_keys"));
    String hostKey = Files.readString(directory.resolve("host_key.pub"));
    Files.writeString(knownHosts(), "[127.0.0.1]:" + port + " " + hostKey);
    List<String> lines = new ArrayList<>();
    lines.add("ListenAddress 127.0.0.1:" + port);
    lines.add("HostKey " + directory.resolve("host_key"));
    lines.add("AuthorizedKeysFile " + directory.resolve("authorized_keys"));
    lines.add("PidFile " + directory.resolve("pid"));
    lines.add("StrictModes no"); // the directory for temporary files is everybody's
    lines.add("UsePAM no");
    lines.add("LogLevel VERBOSE");
    lines.add("Subsystem sftp internal-sftp");
    lines.addAll(settings);
    Files.write(directory.resolve("sshd_config"), lines);
    if (user().equals("root")) {
      Files.createDirectories(SEPARATION); // the package makes it when its service starts
    }
  }

  private void makeKey(String name) throws IOException {
    Path file = directory.resolve(name);
    run(
        List.of(
            "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", file.toString()));
  }

  private void run(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).directory(directory.toFile()).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(command.get(0) + " failed: " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + command.get(0) + " runs", e);
    }
  }

  private void startServer() throws IOException {
    server =
        new ProcessBuilder(
                PROGRAM.toString(), "-D", "-e", "-f", directory.resolve("sshd_config").toString())
            .redirectErrorStream(true)
            .redirectOutput(log(directory).toFile())
            .start();
    server.getOutputStream().close();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!accepts()) {
      if (!server.isAlive() || System.nanoTime() > deadline) {
        throw new IOException("it does not accept connections; it said: " + log());
      }
      pause();
    }
  }

  private boolean accepts() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        InputStream in = socket.getInputStream()) {
      return in.read() == 'S';
    } catch (IOException e) {
      return false;
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while sshd starts", e);
    }
  }

  private void end() {
    if (server != null) {
      List<ProcessHandle> all = processes().toList();
      all.forEach(ProcessHandle::destroyForcibly);
      awaitEnd(all);
    }
    try {
      Directories.delete(directory);
    } catch (IOException e) {
      throw new EmbeddedException("cannot clean up after sshd: " + e.getMessage(), e);
    }
  }

  private Stream<ProcessHandle> processes() {
    return Stream.concat(Stream.of(server.toHandle()), server.descendants());
  }

  /** Its own and that of the children it has waited for, by proc(5): fields 14 to 17 of stat. */
  private static Duration processorTime(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      long ticks = 0;
      for (int i = 11; i <= 14; i++) {
        ticks += Long.parseLong(fields[i]);
      }
      return Duration.ofMillis(ticks * MILLIS_PER_TICK);
    } catch (IOException e) {
      return Duration.ZERO; // ended in between
    }
  }

  private static void awaitEnd(List<ProcessHandle> processes) {
    for (ProcessHandle process : processes) {
      process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
  }

  private static Path log(Path directory) {
    return directory.resolve("sshd.log");
  }
}
