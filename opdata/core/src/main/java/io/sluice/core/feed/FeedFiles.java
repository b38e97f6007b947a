package io.sluice.core.feed;

import io.sluice.core.yaml.DocumentKind;
import io.sluice.core.yaml.NameOwners;
import io.sluice.core.yaml.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Reads the files of a directory of feeds. */
final class FeedFiles implements DocumentKind<FeedResult, Feed> {

  @Override
  public String plural() {
    return "feeds";
  }

  @Override
  public FeedResult parse(String file, byte[] utf8) {
    return FeedParser.parse(file, utf8);
  }

  @Override
  public FeedResult parse(Path file) {
    return FeedParser.parse(file);
  }

  @Override
  public Optional<Feed> document(FeedResult result) {
    return result.feed();
  }

  @Override
  public List<Problem> problems(FeedResult result) {
    return result.problems();
  }

  @Override
  public Map<Path, FeedResult> together(Map<Path, FeedResult> results, Map<Path, Feed> inEffect) {
    Map<Path, FeedResult> named = refuse(results, inEffect, Feed::name, FeedFiles::duplicate);
    Map<Path, FeedResult> renamed = refuseFormerNames(named, inEffect);
    return refuse(renamed, inEffect, SharedTable::of, SharedTable::check);
  }

  /** What is wrong with a feed beside another that has the same of something. */
  @FunctionalInterface
  interface Rule {

    /**
     * @param other the file that had it first
     * @return the feed itself where nothing is wrong
     */
    FeedResult check(Path file, FeedResult result, Path other, Feed theirs);
  }

  /** The file that had it when it was last without problems keeps it, else the first. */
  private static Map<Path, FeedResult> refuse(
      Map<Path, FeedResult> results,
      Map<Path, Feed> inEffect,
      Function<Feed, String> what,
      Rule rule) {
    Map<Path, String> before = new TreeMap<>();
    inEffect.forEach((file, feed) -> before.put(file, what.apply(feed)));
    NameOwners<FeedResult> owners =
        new NameOwners<>(results, before, result -> result.feed().map(what));
    Map<Path, FeedResult> checked = new TreeMap<>();
    results.forEach(
        (file, result) ->
            checked.put(
                file,
                owners
                    .other(file)
                    .map(o -> rule.check(file, result, o, results.get(o).feed().orElseThrow()))
                    .orElse(result)));
    return checked;
  }

  /** A former name that another file still has, or says it had too. */
  private static Map<Path, FeedResult> refuseFormerNames(
      Map<Path, FeedResult> results, Map<Path, Feed> inEffect) {
    Map<String, Path> taken = new TreeMap<>();
    results.forEach((file, result) -> result.feed().ifPresent(f -> taken.put(f.name(), file)));
    inEffect.forEach(
        (file, feed) -> {
          if (results.containsKey(file) && results.get(file).feed().isEmpty()) {
            taken.putIfAbsent(feed.name(), file);
          }
        });
    Map<Path, FeedResult> checked = new TreeMap<>();
    results.forEach(
        (file, result) ->
            checked.put(
                file,
                result
                    .feed()
                    .flatMap(Feed::formerly)
                    .map(name -> refuseFormerName(file, result, name, taken))
                    .orElse(result)));
    return checked;
  }

  private static FeedResult refuseFormerName(
      Path file, FeedResult result, String name, Map<String, Path> taken) {
    Path other = taken.putIfAbsent(name, file);
    return other == null || other.equals(file)
        ? result
        : result.broken(
            file,
            "/formerly",
            "feed " + name + " is also in " + other.getFileName(),
            "Remove it there, or remove formerly here: only one feed can go on with its files.");
  }

  private static FeedResult duplicate(Path file, FeedResult result, Path other, Feed theirs) {
    return result.broken(
        file,
        "/feed",
        "feed " + theirs.name() + " is also in " + other.getFileName(),
        "Give each feed its own name; until then the other file is in effect.");
  }
}
