package io.sluice.standalone;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a deployment on this machine lives; everything has a default. */
class PlaceOptions {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Directory of all data, kept between runs. Default: ${DEFAULT-VALUE}.")
  private Path data = Path.of(".sluice");

  @Option(
      names = "--postgres-port",
      paramLabel = "PORT",
      description = "Default: that of the last run if free, else any free port.")
  private int postgresPort;

  @Option(names = "--amqp-port", paramLabel = "PORT", description = "Default: any free port.")
  private int amqpPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "Default: 8080 if free, else any free port.")
  private int httpPort;

  Path data() {
    return data.toAbsolutePath().normalize();
  }

  Path feeds() {
    return data().resolve("feeds");
  }

  Path tasks() {
    return data().resolve("tasks");
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

  static PlaceOptions in(Path data) {
    PlaceOptions options = new PlaceOptions();
    options.data = data;
    return options;
  }
}
