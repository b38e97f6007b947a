package io.sluice.bench;

import java.nio.file.Path;

/** The feed that loads simulated files. */
final class FeedText {
  private FeedText() {}

  /** A feed of the files below {@code directory}; the simulator expects what it loads. */
  static String of(String name, String description, Path directory) {
    return """
        feed: %s
        description: %s
        source:
          directory: {path: "%s/**/A*.xml*"}
          poll: 2s
          stable: 1s
          since: 2d
        format: {3gpp-pm: {onTruncated: reject}}
        target:
          table: pm.{measInfoId}
          time: end_time
          key: [end_time, granularity, element, object]
          mode: merge
          partition: {by: day, ahead: 3d, keep: 90d}
        """
        .formatted(name, description, directory);
  }
}
