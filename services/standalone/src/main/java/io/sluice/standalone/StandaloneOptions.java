package io.sluice.standalone;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** A deployment that also takes its feeds and tasks from elsewhere, when told so. */
final class StandaloneOptions extends PlaceOptions {
  @Option(
      names = "--feeds",
      paramLabel = "DIR",
      description = "Directory of feeds. Default: feeds in the data directory.")
  private Path feeds;

  @Option(
      names = "--tasks",
      paramLabel = "DIR",
      description = "Directory of tasks. Default: tasks in the data directory.")
  private Path tasks;

  @Override
  Path feeds() {
    return feeds == null ? super.feeds() : feeds.toAbsolutePath().normalize();
  }

  @Override
  Path tasks() {
    return tasks == null ? super.tasks() : tasks.toAbsolutePath().normalize();
  }
}
