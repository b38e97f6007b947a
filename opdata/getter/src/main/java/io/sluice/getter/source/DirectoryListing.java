package io.sluice.getter.source;

import io.sluice.core.feed.PathPattern;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** One listing of this machine: directory by directory in path order, each real one once. */
final class DirectoryListing {

  /** What the runtime puts where a byte of a name is not of its charset. */
  private static final char UNDECODABLE = '\uFFFD';

  /**
   * A directory to list.
   *
   * @param key what tells the real directory from others
   */
  private record Folder(Path path, Object key, PathPattern.Level level) {}

  private final Consumer<SourceFile> files;
  private final Listing seen = new Listing();
  private final Visits visits = new Visits();
  private final Deque<Folder> folders = new ArrayDeque<>();

  DirectoryListing(Consumer<SourceFile> files) {
    this.files = files;
  }

  Listing seen() {
    return seen;
  }

  void walk(Path base, PathPattern.Level level) throws IOException {
    folders.push(new Folder(base, key(base), level));
    while (!folders.isEmpty()) {
      list(folders.pop());
    }
    visits.passOnLinked(seen, files);
  }

  private void list(Folder folder) throws IOException {
    if (!visits.enter(folder.key, folder.level)) {
      seen.repeated(folder.path.toString());
      return;
    }
    List<Folder> below = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder.path)) {
      seen.directory();
      for (Path entry : entries) {
        visit(entry, folder, below);
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return; // removed since its parent was read
    } catch (AccessDeniedException e) {
      seen.unreadable(folder.path.toString());
    } catch (DirectoryIteratorException e) {
      throw DirectorySession.away(folder.path.toString(), e.getCause());
    } catch (IOException e) {
      throw DirectorySession.away(folder.path.toString(), e);
    }
    below.sort(Comparator.comparing(Folder::path).reversed());
    below.forEach(folders::push);
  }

  private void visit(Path entry, Folder folder, List<Folder> below) throws IOException {
    String name = entry.getFileName().toString();
    if (name.indexOf(UNDECODABLE) >= 0) {
      seen.unsafeName(entry.toString());
      return;
    }
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (attributes.isSymbolicLink()) {
        follow(entry, name, folder, below);
      } else if (attributes.isDirectory()) {
        directory(entry, name, key(entry, attributes), folder, below);
      } else if (attributes.isRegularFile() && folder.level.file(name)) {
        file(DirectorySession.describe(entry, attributes), name, folder);
      }
    } catch (NoSuchFileException e) {
      return; // gone, or a link to nowhere
    } catch (AccessDeniedException e) {
      seen.unreadable(entry.toString());
    }
  }

  private void follow(Path link, String name, Folder folder, List<Folder> below)
      throws IOException {
    boolean file = folder.level.file(name);
    if (!file && folder.level.directory(name).isEmpty()) {
      return;
    }
    try {
      Path target = link.toRealPath();
      BasicFileAttributes attributes = Files.readAttributes(target, BasicFileAttributes.class);
      if (attributes.isDirectory()) {
        directory(link, name, key(target, attributes), folder, below);
      } else if (attributes.isRegularFile() && file) {
        SourceFile found = DirectorySession.describe(link, attributes);
        String targetName = target.getFileName().toString();
        visits.link(new Visits.Link(found, key(target.getParent()), targetName));
      }
    } catch (NoSuchFileException | AccessDeniedException e) {
      throw e;
    } catch (FileSystemException e) {
      seen.unreadable(link.toString()); // a link to itself, say
    }
  }

  private static void directory(
      Path path, String name, Object key, Folder folder, List<Folder> below) {
    folder.level.directory(name).ifPresent(level -> below.add(new Folder(path, key, level)));
  }

  private void file(SourceFile file, String name, Folder folder) {
    if (visits.passedOn(folder.key, name)) {
      seen.repeated(file.path());
    } else {
      seen.file();
      files.accept(file);
    }
  }

  private static Object key(Path directory) throws IOException {
    return key(directory, Files.readAttributes(directory, BasicFileAttributes.class));
  }

  /** Device and inode, where the system has them. */
  private static Object key(Path directory, BasicFileAttributes attributes) throws IOException {
    Object key = attributes.fileKey();
    return key != null ? key : directory.toRealPath();
  }
}
