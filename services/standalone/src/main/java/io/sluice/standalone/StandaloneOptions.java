package io.sluice.standalone;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a person may choose; everything has a default. */
final class StandaloneOptions {
  @Option(
      names = "--data",
      description = "Directory for all data, kept between runs. Default: ${DEFAULT-VALUE}.")
  private Path data = Path.of(".sluice");

  @Option(
      names = "--feeds",
      description = "Feed definitions. Default: feeds in the data directory.")
  private Path feeds;

  @Option(
      names = "--tasks",
      description = "Task definitions. Default: tasks in the data directory.")
  private Path tasks;

  @Option(names = "--postgres-port", description = "Default: that of the last run, or a free one.")
  private int postgresPort;

  @Option(names = "--amqp-port", description = "Default: a free one.")
  private int amqpPort;

  @Option(names = "--http-port", description = "Default: 8080 if nothing uses it, or a free one.")
  private int httpPort;

  Path data() {
    return data.toAbsolutePath().normalize();
  }

  Path feeds() {
    return Optional.ofNullable(feeds).orElse(data().resolve("feeds")).toAbsolutePath().normalize();
  }

  Path tasks() {
    return Optional.ofNullable(tasks).orElse(data().resolve("tasks")).toAbsolutePath().normalize();
  }

  int postgresPort() {
    return postgresPort;
  }

  int amqpPort() {
    return amqpPort;
  }

  int httpPort() {
    return httpPort;
  }

  /** For the demo, whose feeds are its own. */
  static StandaloneOptions in(Path data) {
    StandaloneOptions options = new StandaloneOptions();
    options.data = data;
    return options;
  }
}
