package io.sluice.core.feed;

import io.sluice.core.yaml.DocumentKind;
import io.sluice.core.yaml.NameOwners;
import io.sluice.core.yaml.Problem;
import io.sluice.core.yaml.Problems;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JsonPointer;

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
    Map<Path, String> before = new HashMap<>();
    inEffect.forEach((file, feed) -> before.put(file, feed.name()));
    return refuseDuplicates(results, before);
  }

  /**
   * Makes problems of feeds whose name another file has.
   *
   * @param before name of the feed that each file was when it last had no problem
   */
  static Map<Path, FeedResult> refuseDuplicates(
      Map<Path, FeedResult> results, Map<Path, String> before) {
    NameOwners<FeedResult> owners = new NameOwners<>(results, before, FeedFiles::name);
    Map<Path, FeedResult> checked = new TreeMap<>();
    results.forEach(
        (file, result) ->
            checked.put(
                file, owners.other(file).map(o -> duplicate(file, result, o)).orElse(result)));
    return checked;
  }

  private static Optional<String> name(FeedResult result) {
    return result.feed().map(Feed::name);
  }

  private static FeedResult duplicate(Path file, FeedResult result, Path other) {
    String name = name(result).orElseThrow();
    Problems.Position at = result.namedAt();
    return FeedResult.broken(
        List.of(
            new Problem(
                file.toString(),
                at.line(),
                at.column(),
                JsonPointer.empty().appendProperty("feed").toString(),
                "feed " + name + " is also in " + other.getFileName(),
                "Give each feed its own name; until then the other file is in effect.")));
  }
}
