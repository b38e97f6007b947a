package io.sluice.testkit;

import io.sluice.embedded.EmbeddedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The programs of one RabbitMQ: those of the system's package, or those of another Debian in a
 * folder, which run by {@code chroot} with a {@code /proc} that goes away with them.
 */
public final class RabbitPrograms {
  /** The environment variable that names the folder of RabbitMQ 4. */
  public static final String FOLDER_4 = "SLUICE_RABBITMQ_4";

  /** What {@link #named} takes, for the help of commands. */
  public static final String CHOICE =
      "system (the package that is installed) or 4 (Debian forky's). Default: ${DEFAULT-VALUE}.";

  private static final Path PACKAGE = Path.of("usr/lib/rabbitmq/lib");
  private static final String PREFIX = "rabbitmq_server-";
  private static final String ENTER = "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" \"$@\"";

  private final Path root;
  private final Path server;

  private RabbitPrograms(Path root, Path server) {
    this.root = root;
    this.server = server;
  }

  /** Those of the package rabbitmq-server, if it is installed. */
  public static Optional<RabbitPrograms> ofSystem() {
    return below(Path.of("/"));
  }

  /** Those of RabbitMQ 4 in a folder, if it is there and this is root, who alone may enter it. */
  public static Optional<RabbitPrograms> ofFolder4() {
    return isRoot() ? below(folder4()) : Optional.empty();
  }

  /**
   * By the name that scripts use.
   *
   * @param name {@code system} or {@code 4}
   * @throws EmbeddedException if it is not there; says what to do
   */
  public static RabbitPrograms named(String name) {
    return switch (name) {
      case "system" ->
          ofSystem()
              .orElseThrow(
                  () ->
                      new EmbeddedException(
                          "RabbitMQ is not installed; on Debian: apt-get install rabbitmq-server"));
      case "4" -> ofFolder4().orElseThrow(RabbitPrograms::no4);
      default ->
          throw new EmbeddedException("no RabbitMQ \"%s\"; there are system and 4".formatted(name));
    };
  }

  private static EmbeddedException no4() {
    return new EmbeddedException(
        isRoot()
            ? "no RabbitMQ 4 in %s; bin/chaos --rabbitmq 4 makes it".formatted(folder4())
            : "RabbitMQ 4 runs by chroot from a folder of Debian forky, which needs root");
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  private static Path folder4() {
    String told = System.getenv(FOLDER_4);
    return told == null
        ? Path.of(System.getProperty("user.home"), ".cache", "sluice", "rabbitmq-4")
        : Path.of(told);
  }

  private static Optional<RabbitPrograms> below(Path root) {
    Path versions = root.resolve(PACKAGE);
    if (!Files.isDirectory(versions)) {
      return Optional.empty();
    }
    try (Stream<Path> found = Files.list(versions)) {
      return found
          .filter(version -> Files.isExecutable(version.resolve("sbin/rabbitmq-server")))
          .max(Comparator.naturalOrder())
          .map(version -> new RabbitPrograms(root, version));
    } catch (IOException e) {
      throw new EmbeddedException("cannot read " + versions + ": " + e.getMessage(), e);
    }
  }

  /** Such as {@code 3.10.8}. */
  public String version() {
    return server.getFileName().toString().substring(PREFIX.length());
  }

  /** A new directory that these programs can reach. */
  Path createDirectory() throws IOException {
    return isFolder()
        ? Files.createTempDirectory(root.resolve("tmp"), "sluice-rabbit-")
        : Files.createTempDirectory("sluice-rabbit-");
  }

  /** What these programs call a file of that directory. */
  Path inside(Path file) {
    return isFolder() ? Path.of("/").resolve(root.relativize(file)) : file;
  }

  /**
   * The command that runs a program: from the package's own directory, because the launchers on the
   * PATH change the user, else from the PATH.
   */
  List<String> command(String program, List<String> arguments) {
    List<String> command = new ArrayList<>();
    if (isFolder()) {
      command.addAll(List.of("unshare", "--mount", "sh", "-c", ENTER, root.toString()));
    }
    Path own = server.resolve("sbin").resolve(program);
    command.add(Files.isExecutable(own) ? inside(own).toString() : program);
    command.addAll(arguments);
    return command;
  }

  private boolean isFolder() {
    return root.getNameCount() > 0;
  }
}
