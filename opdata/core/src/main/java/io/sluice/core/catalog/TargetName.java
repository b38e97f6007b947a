package io.sluice.core.catalog;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedTarget;

/** A table template with its placeholders filled in. */
record TargetName(String schema, String sourceName) {

  static TargetName of(Feed feed, String group) {
    String template = feed.target().table();
    int dot = template.indexOf('.');
    String schema = dot < 0 ? FeedTarget.DEFAULT_SCHEMA : template.substring(0, dot);
    String table = template.substring(dot + 1);
    return new TargetName(Names.normalise(fill(schema, feed, group)), fill(table, feed, group));
  }

  private static String fill(String template, Feed feed, String group) {
    return template.replace("{feed}", feed.name()).replace("{measInfoId}", group);
  }
}
