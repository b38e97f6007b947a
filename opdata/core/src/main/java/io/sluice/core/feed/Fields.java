package io.sluice.core.feed;

import io.sluice.core.yaml.Tree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The fields a row has after cleaning, as far as the feed itself tells. */
final class Fields {

  private final List<String> names = new ArrayList<>();
  private final Map<String, String> gone = new HashMap<>();
  private final boolean open;

  private Fields(boolean open) {
    this.open = open;
  }

  static Fields of(Tree feed) {
    Map<String, Tree> columns = feed.get("format", "csv").get("columns").entries();
    boolean pm = feed.get("format", "3gpp-pm").present();
    Fields fields = new Fields(!pm && columns.isEmpty());
    if (pm) {
      fields.names.addAll(FeedFormat.Pm.COLUMNS);
      feed.get("target", "layout")
          .text()
          .filter("tall"::equals)
          .ifPresent(tall -> fields.names.add(FeedFormat.Pm.COUNTER));
      return fields;
    }
    fields.names.addAll(columns.keySet());
    List<Tree> steps = feed.get("clean").items();
    for (int i = 0; i < steps.size(); i++) {
      fields.apply(steps.get(i), i + 1);
    }
    return fields;
  }

  private void apply(Tree step, int number) {
    for (String glob : step.get("drop").texts()) {
      compiled(glob).ifPresent(compiled -> drop(compiled, number));
    }
    step.get("rename")
        .entries()
        .forEach((from, to) -> to.text().ifPresent(name -> rename(from, name, number)));
  }

  /** A glob that is wrong is reported where it stands, and drops nothing here. */
  private static Optional<Glob> compiled(String glob) {
    return FeedTexts.CHECKS.check("glob", glob).isPresent()
        ? Optional.empty()
        : Optional.of(Glob.of(glob));
  }

  private void drop(Glob glob, int step) {
    for (String name : List.copyOf(names)) {
      if (glob.matches(name)) {
        names.remove(name);
        gone.put(name, "is dropped by cleaning step " + step);
      }
    }
  }

  private void rename(String from, String to, int step) {
    if (names.remove(from)) {
      gone.put(from, "is renamed to " + to + " by cleaning step " + step);
    }
    names.add(to);
    gone.remove(to);
  }

  /** Why a field is not there; empty if it is, or if the feed does not tell. */
  Optional<String> whyMissing(String name) {
    if (names.contains(name)) {
      return Optional.empty();
    }
    return gone.containsKey(name)
        ? Optional.of(gone.get(name))
        : open ? Optional.empty() : Optional.of("is not a field of these rows");
  }

  List<String> names() {
    return List.copyOf(names);
  }
}
