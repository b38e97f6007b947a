package io.sluice.core.staging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The files below a folder, one open directory at a time. What is deleted while it walks is left
 * out, unlike {@link Files#walk}, which fails.
 */
final class DirectoryWalk implements Iterator<StagedObject> {

  private final Path root;
  private final Path excluded;
  private final Deque<Path> folders = new ArrayDeque<>();
  private DirectoryStream<Path> open;
  private Iterator<Path> entries = Collections.emptyIterator();
  private StagedObject next;

  DirectoryWalk(Path root, Path start, Path excluded) {
    this.root = root;
    this.excluded = excluded;
    folders.add(start);
  }

  @Override
  public boolean hasNext() {
    try {
      boolean more = true;
      while (next == null && more) {
        more = advance();
      }
      return next != null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (DirectoryIteratorException e) {
      throw new UncheckedIOException(e.getCause());
    }
  }

  @Override
  public StagedObject next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    StagedObject result = next;
    next = null;
    return result;
  }

  void close() {
    try {
      closeFolder();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes one step; whether there may be more. */
  private boolean advance() throws IOException {
    if (entries.hasNext()) {
      visit(entries.next());
      return true;
    }
    closeFolder();
    Path folder = folders.poll();
    if (folder == null) {
      return false;
    }
    openFolder(folder);
    return true;
  }

  private void visit(Path path) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      return; // deleted meanwhile
    }
    if (attributes.isDirectory() && !path.equals(excluded)) {
      folders.push(path);
    } else if (attributes.isRegularFile()) {
      String key = root.relativize(path).toString().replace('\\', '/');
      next = new StagedObject(key, attributes.size(), attributes.lastModifiedTime().toInstant());
    }
  }

  @SuppressWarnings("StreamResourceLeak") // closed by closeFolder
  private void openFolder(Path folder) throws IOException {
    try {
      open = Files.newDirectoryStream(folder);
      entries = open.iterator();
    } catch (NoSuchFileException e) {
      entries = Collections.emptyIterator(); // deleted meanwhile
    }
  }

  private void closeFolder() throws IOException {
    if (open != null) {
      open.close();
      open = null;
    }
  }
}
