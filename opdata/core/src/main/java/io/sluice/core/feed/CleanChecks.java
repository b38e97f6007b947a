package io.sluice.core.feed;

import java.util.HashMap;
import java.util.Map;

/** What the schema cannot say about cleaning. */
final class CleanChecks {

  private CleanChecks() {}

  static void run(Tree feed, Problems problems) {
    feed.get("clean").items().forEach(step -> renameOnce(step.get("rename"), problems));
  }

  private static void renameOnce(Tree rename, Problems problems) {
    Map<String, String> sources = new HashMap<>();
    rename
        .entries()
        .forEach(
            (from, to) -> {
              String other = to.text().map(name -> sources.putIfAbsent(name, from)).orElse(null);
              if (other != null) {
                problems.addAtValue(
                    to.at(),
                    other + " and " + from + " are both renamed to " + to.text().orElse(""),
                    "Give each field a name of its own.");
              }
            });
  }
}
