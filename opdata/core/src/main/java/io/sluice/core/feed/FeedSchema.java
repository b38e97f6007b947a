package io.sluice.core.feed;

import io.sluice.core.yaml.DocumentSchema;

/** The published JSON Schema of feeds, the only place of what a feed can say and of defaults. */
final class FeedSchema {

  private static final DocumentSchema INSTANCE =
      new DocumentSchema(FeedSchema.class, "feed.schema.json", "the feed");

  private FeedSchema() {}

  static DocumentSchema get() {
    return INSTANCE;
  }
}
