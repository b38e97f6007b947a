package io.sluice.getter.source;

import io.sluice.core.feed.PathPattern.Level;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One listing of a source: directory by directory in path order, each real one once, so that links
 * neither multiply files nor lead in circles. A directory counts under the first of its paths, a
 * file under its own name before a link to it; of several links to a file that has no own name
 * here, the first in path order counts.
 */
abstract class Walk {

  /**
   * A directory to list.
   *
   * @param key what tells the real directory from others
   */
  record Folder(String path, Object key, Level level) {

    String child(String name) {
      return path.endsWith("/") ? path + name : path + "/" + name;
    }

    /** Whether a file or a directory of this name can be one of the feed's. */
    boolean wants(String name) {
      return level.file(name) || level.directory(name).isPresent();
    }
  }

  /**
   * A link to a file.
   *
   * @param directory the real directory of what it leads to
   * @param target what it leads to
   */
  private record Link(SourceFile file, Object directory, String target) {}

  final Listing seen = new Listing();
  private final Consumer<SourceFile> files;
  private final Map<Object, List<Level>> visited = new HashMap<>();
  private final List<Link> links = new ArrayList<>();
  private final List<Folder> below = new ArrayList<>();
  private final Deque<Folder> folders = new ArrayDeque<>();

  Walk(Consumer<SourceFile> files) {
    this.files = files;
  }

  /**
   * Passes each entry on to {@link #directory}, {@link #file} or {@link #link}.
   *
   * @throws SourceFileMissing when the directory has been removed since its parent was read
   * @throws SourceFileFailed when it cannot be read
   */
  abstract void read(Folder folder) throws IOException;

  /** Lists the base directory, which alone must be there and readable, and all below it. */
  final void from(Folder base) throws IOException {
    list(base);
    while (!folders.isEmpty()) {
      listBelow(folders.pop());
    }
    passOnLinked();
  }

  private void listBelow(Folder folder) throws IOException {
    try {
      list(folder);
    } catch (SourceFileMissing e) {
      return; // removed since its parent was read
    } catch (SourceFileFailed e) {
      seen.leaveOut(folder.path, Listing.Why.NO_PERMISSION);
    }
  }

  private void list(Folder folder) throws IOException {
    List<Level> levels = visited.computeIfAbsent(folder.key, d -> new ArrayList<>(1));
    if (levels.contains(folder.level)) {
      seen.leaveOut(folder.path, Listing.Why.OTHER_PATH);
      return;
    }
    levels.add(folder.level);
    below.clear();
    read(folder);
    seen.directory();
    below.sort(Comparator.comparing(Folder::path).reversed());
    below.forEach(folders::push);
  }

  final void directory(Folder parent, String name, Object key) {
    parent
        .level
        .directory(name)
        .ifPresent(level -> below.add(new Folder(parent.child(name), key, level)));
  }

  /** Passes a file on, unless it was under an earlier path of the same directory. */
  final void file(Folder parent, String name, SourceFile file) {
    List<Level> levels = visited.get(parent.key);
    passOn(file, levels.subList(0, levels.size() - 1).stream().anyMatch(level -> level.file(name)));
  }

  /** Keeps a link until all files are known by their own names. */
  final void link(SourceFile file, Object directory, String target) {
    links.add(new Link(file, directory, target));
  }

  private void passOnLinked() {
    Set<List<Object>> targets = new HashSet<>();
    links.sort(Comparator.comparing(link -> link.file.path()));
    for (Link link : links) {
      passOn(link.file, hasOwnName(link) || !targets.add(List.of(link.directory, link.target)));
    }
  }

  private boolean hasOwnName(Link link) {
    return visited.getOrDefault(link.directory, List.of()).stream()
        .anyMatch(level -> level.file(link.target));
  }

  private void passOn(SourceFile file, boolean repeated) {
    if (repeated) {
      seen.leaveOut(file.path(), Listing.Why.OTHER_PATH);
    } else {
      seen.file();
      files.accept(file);
    }
  }
}
