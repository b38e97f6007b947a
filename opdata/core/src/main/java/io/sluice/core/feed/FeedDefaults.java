package io.sluice.core.feed;

import io.sluice.core.yaml.DocumentSchema;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Fills in what a feed does not say: the schema's defaults, and those that depend on the feed. */
final class FeedDefaults {

  private static final List<String> PM_KEY =
      List.of("end_time", "granularity", "element", "object");

  private FeedDefaults() {}

  static void fill(DocumentSchema schema, ObjectNode feed) {
    schema.fillDefaults(feed);
    fillZone(feed, feed.path("source"));
    feed.path("format").values().forEach(format -> fillZone(feed, format));
    boolean pm = feed.path("format").path("3gpp-pm").isObject();
    if (feed.path("target") instanceof ObjectNode target) {
      fillTarget(target, pm);
    }
  }

  private static void fillZone(ObjectNode feed, JsonNode part) {
    if (part instanceof ObjectNode object && !object.has("zone") && feed.has("zone")) {
      object.set("zone", feed.get("zone"));
    }
  }

  private static void fillTarget(ObjectNode target, boolean pm) {
    if (pm && !target.has("time")) {
      target.put("time", FeedFormat.Pm.TIME);
    }
    if (target.has("key")) {
      return;
    }
    ArrayNode key = target.putArray("key");
    if (pm) {
      PM_KEY.forEach(key::add);
      if (target.path("layout").asString("").equals("tall")) {
        key.add(FeedFormat.Pm.COUNTER);
      }
    }
  }
}
