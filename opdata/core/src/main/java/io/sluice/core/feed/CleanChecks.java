package io.sluice.core.feed;

import io.sluice.core.yaml.Problems;
import io.sluice.core.yaml.Tree;
import java.util.HashMap;
import java.util.Map;

/** What the schema cannot say about cleaning. */
final class CleanChecks {

  private CleanChecks() {}

  static void run(Tree feed, Problems problems) {
    boolean pm = feed.get("format", "3gpp-pm").present();
    for (Tree step : feed.get("clean").items()) {
      renameOnce(step.get("rename"), problems);
      if (pm) {
        step.get("drop").items().forEach(field -> refuseFixed(field, problems));
        step.get("trim").items().forEach(field -> refuseFixed(field, problems));
        step.get("rename").entries().forEach((name, to) -> refuseFixed(name, to, problems));
        step.get("default").entries().forEach((name, to) -> refuseFixed(name, to, problems));
      }
    }
  }

  private static void refuseFixed(Tree field, Problems problems) {
    field.text().ifPresent(name -> refuseFixed(name, field, problems));
  }

  private static void refuseFixed(String name, Tree at, Problems problems) {
    if (FeedFormat.Pm.COLUMNS.contains(name)) {
      problems.addAtKey(
          at.at(),
          name + " is part of every 3gpp-pm row and cannot be cleaned",
          "Remove it from this step, which is for counters.");
    }
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
                    "Give each field its own name.");
              }
            });
  }
}
