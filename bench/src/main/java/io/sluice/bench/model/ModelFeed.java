package io.sluice.bench.model;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedParser;
import io.sluice.core.feed.FeedResult;
import java.nio.file.Path;
import java.util.Random;

/**
 * A feed of a history.
 *
 * @param kind what its files and tables are like
 * @param number from 0; feed and schema are named by it
 * @param checksum whether equal content under the same name is a duplicate
 * @param sameContent whether equal content under another name is one
 * @param after what becomes of its files: keep, delete or move
 */
record ModelFeed(Kind kind, int number, boolean checksum, boolean sameContent, String after) {

  enum Kind {
    PM_APPEND("append", "wide"),
    PM_MERGE("merge", "wide"),
    TALL_APPEND("append", "tall"),
    TALL_MERGE("merge", "tall"),
    CSV_APPEND("append", null),
    CSV_MERGE("merge", null);

    final String mode;
    final String layout;

    Kind(String mode, String layout) {
      this.mode = mode;
      this.layout = layout;
    }

    boolean isCsv() {
      return layout == null;
    }

    boolean isTall() {
      return "tall".equals(layout);
    }
  }

  static ModelFeed random(int number, Random dice) {
    String[] afters = {"keep", "delete", "move"};
    Kind kind = Kind.values()[dice.nextInt(Kind.values().length)];
    return new ModelFeed(
        kind, number, dice.nextBoolean(), dice.nextInt(3) == 0, afters[dice.nextInt(3)]);
  }

  String name() {
    return "m" + number;
  }

  boolean merges() {
    return kind.mode.equals("merge");
  }

  boolean keeps() {
    return after.equals("keep");
  }

  String suffix() {
    return kind.isCsv() ? ".csv" : ".xml";
  }

  /** Where its files are delivered. */
  Path in(Path directory) {
    return directory.resolve("source").resolve(name());
  }

  /**
   * The definition.
   *
   * @param narrow whether the field {@code c} is left out
   */
  Feed parse(Path directory, boolean narrow) {
    String end =
        after.equals("move") ? "{move: \"%s\"}".formatted(directory.resolve("done")) : after;
    String yaml =
        """
        feed: %s
        source:
          directory: {path: "%s/{f,z}*"}
          poll: 1s
          stable: 1s
          since: 3650d
          after: %s
          checksum: %s
          sameContent: %s
        %s
        """
            .formatted(
                name(),
                in(directory),
                end,
                checksum,
                sameContent ? "duplicate" : "keep",
                kind.isCsv() ? csv(narrow) : pm(narrow));
    FeedResult result = FeedParser.parse(name() + ".yaml", yaml);
    return result
        .feed()
        .orElseThrow(() -> new IllegalStateException(yaml + result.problems().toString()));
  }

  private String pm(boolean narrow) {
    return """
        format: {3gpp-pm: {onTruncated: reject%s}}
        target: {table: "%s.{measInfoId}", mode: %s, layout: %s, partition: {by: day, ahead: 3d}}
        """
        .formatted(narrow ? ", exclude: [\"*/c\"]" : "", name(), kind.mode, kind.layout);
  }

  private String csv(boolean narrow) {
    return """
        format: {csv: {delimiter: ";", header: true}}
        %s
        target:
          table: %s.cells
          time: time
          mode: %s
          %s
          types: {a: double precision, c: integer}
          partition: {by: day, ahead: 3d}
        """
        .formatted(
            narrow ? "clean: [{drop: [c]}]" : "",
            name(),
            kind.mode,
            merges() ? "key: [time, cell]" : "");
  }
}
