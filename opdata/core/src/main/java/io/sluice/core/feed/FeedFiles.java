package io.sluice.core.feed;

import io.sluice.core.yaml.Problem;
import io.sluice.core.yaml.Problems;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JsonPointer;

/** The files of a directory that are feeds. */
final class FeedFiles {

  private static final String GLOB = "*.{yaml,yml}";

  private FeedFiles() {}

  /**
   * The feeds of a directory by name, without hidden files; or the one file.
   *
   * @throws IOException if there is no such directory or file
   */
  static List<Path> list(Path directoryOrFile) throws IOException {
    if (!Files.exists(directoryOrFile)) {
      throw new NoSuchFileException(directoryOrFile.toString());
    }
    if (!Files.isDirectory(directoryOrFile)) {
      return List.of(directoryOrFile);
    }
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directoryOrFile, GLOB)) {
      for (Path entry : entries) {
        if (!entry.getFileName().toString().startsWith(".") && !Files.isDirectory(entry)) {
          files.add(entry);
        }
      }
    }
    Collections.sort(files);
    return files;
  }

  /**
   * Makes problems of feeds whose name another file has.
   *
   * @param owners the file that has a name already, if it still defines it
   */
  static Map<Path, FeedResult> refuseDuplicates(
      Map<Path, FeedResult> results, Map<String, Path> owners) {
    Map<String, Path> first = new HashMap<>();
    owners.forEach(
        (name, file) -> {
          if (name.equals(name(results.get(file)).orElse(null))) {
            first.put(name, file);
          }
        });
    results.forEach((file, result) -> name(result).ifPresent(n -> first.putIfAbsent(n, file)));
    Map<Path, FeedResult> checked = new TreeMap<>();
    results.forEach(
        (file, result) -> {
          Optional<Path> other = name(result).map(first::get).filter(path -> !path.equals(file));
          checked.put(file, other.map(path -> duplicate(file, result, path)).orElse(result));
        });
    return checked;
  }

  private static Optional<String> name(FeedResult result) {
    return result == null ? Optional.empty() : result.feed().map(Feed::name);
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
                "Give each feed a name of its own; until then the other file is in effect.")));
  }
}
