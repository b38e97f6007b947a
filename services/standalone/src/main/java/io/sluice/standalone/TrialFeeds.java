package io.sluice.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One feed a file: its own directory, its own schema. */
final class TrialFeeds {

  /** A file and the feed that reads it, whose name is also that of its schema. */
  record Trial(Path file, String feed) {}

  private final Path data;
  private final String format;
  private final List<Trial> trials = new ArrayList<>();

  TrialFeeds(Path data, String format) {
    this.data = data;
    this.format = format;
  }

  List<Trial> trials() {
    return trials;
  }

  void add(Path file) throws IOException {
    String feed = "f%04d".formatted(trials.size() + 1);
    Path directory = Files.createDirectories(data.resolve("incoming").resolve(feed));
    Files.copy(file, directory.resolve(file.getFileName().toString()));
    Path feeds = Files.createDirectories(data.resolve("feeds"));
    Files.writeString(feeds.resolve(feed + ".yaml"), yaml(feed, directory));
    trials.add(new Trial(file, feed));
  }

  private String yaml(String feed, Path directory) {
    boolean pm = format.equals("3gpp-pm");
    return """
        feed: %s
        source:
          directory: {path: %s}
          poll: 1h
          stable: 0s
          since: 30d
          after: keep
        format: {%s: {}}
        target:
          table: %s.%s
          mode: %s
          partition: {%s}
        """
        .formatted(
            feed,
            FeedPath.below(directory, "*"),
            format,
            feed,
            pm ? "{measInfoId}" : "rows",
            pm ? "merge" : "append",
            pm ? "by: month, keep: forever" : "by: none");
  }
}
