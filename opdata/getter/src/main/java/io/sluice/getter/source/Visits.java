package io.sluice.getter.source;

import io.sluice.core.feed.PathPattern;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Which real directories one listing has been in, so that links neither multiply files nor lead in
 * circles. A directory counts under the first of its paths, a file under its own name before a link
 * to it; of several links to a file that has no own name here, the first in path order counts.
 */
final class Visits {

  /**
   * A link to a file.
   *
   * @param directory the real directory of what it leads to
   * @param target what it leads to
   */
  record Link(SourceFile file, Object directory, String target) {}

  private final Map<Object, List<PathPattern.Level>> visited = new HashMap<>();
  private final List<Link> links = new ArrayList<>();

  /** Enters a real directory; false if that was done before, at the same level of the pattern. */
  boolean enter(Object directory, PathPattern.Level level) {
    List<PathPattern.Level> levels = visited.computeIfAbsent(directory, d -> new ArrayList<>(1));
    return !levels.contains(level) && levels.add(level);
  }

  /** Whether a file of the directory just entered was passed on under an earlier path of it. */
  boolean passedOn(Object directory, String name) {
    List<PathPattern.Level> levels = visited.get(directory);
    return levels.size() > 1
        && levels.subList(0, levels.size() - 1).stream().anyMatch(level -> level.file(name));
  }

  /** Keeps a link until all files are known by their own names. */
  void link(Link link) {
    links.add(link);
  }

  /** Passes on the files that only links lead to. */
  void passOnLinked(Listing listing, Consumer<SourceFile> files) {
    Set<List<Object>> targets = new HashSet<>();
    links.sort(Comparator.comparing(link -> link.file.path()));
    for (Link link : links) {
      if (ownName(link) || !targets.add(List.of(link.directory, link.target))) {
        listing.repeated(link.file.path());
      } else {
        listing.file();
        files.accept(link.file);
      }
    }
  }

  private boolean ownName(Link link) {
    return visited.getOrDefault(link.directory, List.of()).stream()
        .anyMatch(level -> level.file(link.target));
  }
}
