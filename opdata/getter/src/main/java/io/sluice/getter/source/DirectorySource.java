package io.sluice.getter.source;

import io.sluice.core.feed.PathPattern;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** Files in a directory of this machine. */
public final class DirectorySource implements Source {

  /** What the runtime puts where a byte of a name is not of its charset. */
  private static final char UNDECODABLE = '\uFFFD';

  @Override
  public String host() {
    return LOCAL;
  }

  @Override
  public Listing list(PathPattern.Level level, String base, Consumer<SourceFile> files)
      throws IOException {
    Listing listing = new Listing();
    Deque<Folder> folders = new ArrayDeque<>();
    Path start = Path.of(base);
    if (!Files.isDirectory(start)) {
      throw new SourceAway(
          "directory " + base + " does not exist; create it, mount it or correct the feed's path");
    }
    folders.add(new Folder(start, level));
    while (!folders.isEmpty()) {
      listOne(folders.pop(), folders, listing, files);
    }
    return listing;
  }

  @Override
  public SourceFile stat(String path) throws IOException {
    return call(path, "read", () -> describe(Path.of(path), read(Path.of(path))));
  }

  @Override
  public InputStream open(String path, long offset) throws IOException {
    return call(
        path,
        "read",
        () -> {
          SeekableByteChannel channel = Files.newByteChannel(Path.of(path));
          return Channels.newInputStream(channel.position(offset));
        });
  }

  @Override
  public void delete(String path) throws IOException {
    call(
        path,
        "delete",
        () -> {
          Files.delete(Path.of(path));
          return null;
        });
  }

  @Override
  public void rename(String from, String to) throws IOException {
    call(
        from,
        "move",
        () -> {
          move(Path.of(from), Path.of(to));
          return null;
        });
  }

  private void listOne(
      Folder folder, Deque<Folder> folders, Listing listing, Consumer<SourceFile> files)
      throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder.path)) {
      listing.directory();
      for (Path entry : entries) {
        visit(entry, folder, folders, listing, files);
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return; // removed since its parent was read
    } catch (AccessDeniedException e) {
      listing.unreadable(folder.path.toString());
    } catch (DirectoryIteratorException e) {
      throw away(folder.path.toString(), e.getCause());
    }
  }

  private static void visit(
      Path entry, Folder folder, Deque<Folder> folders, Listing listing, Consumer<SourceFile> files)
      throws IOException {
    String name = entry.getFileName().toString();
    if (name.indexOf(UNDECODABLE) >= 0) {
      listing.unsafeName(entry.toString());
      return;
    }
    BasicFileAttributes attributes;
    try {
      attributes = read(entry);
    } catch (NoSuchFileException e) {
      return; // gone, or a link to nowhere
    } catch (AccessDeniedException e) {
      listing.unreadable(entry.toString());
      return;
    }
    if (attributes.isDirectory()) {
      folder.level.directory(name).ifPresent(below -> folders.push(new Folder(entry, below)));
    } else if (attributes.isRegularFile() && folder.level.file(name)) {
      listing.file();
      files.accept(describe(entry, attributes));
    }
  }

  private void move(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    if (Files.exists(to)) {
      throw new SourceNameTaken(host(), to.toString());
    }
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to); // another file system
    } catch (FileAlreadyExistsException e) {
      throw new SourceNameTaken(host(), to.toString());
    }
  }

  private static BasicFileAttributes read(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class);
  }

  private static SourceFile describe(Path path, BasicFileAttributes attributes) {
    return new SourceFile(
        path.toString(), attributes.size(), attributes.lastModifiedTime().toInstant());
  }

  private <T> T call(String path, String what, Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (NoSuchFileException e) {
      throw new SourceFileMissing(host(), path);
    } catch (AccessDeniedException e) {
      throw new SourceFileDenied(host(), path, what);
    } catch (SourceNameTaken e) {
      throw e;
    } catch (IOException e) {
      throw away(path, e);
    }
  }

  private static SourceAway away(String path, IOException e) {
    return new SourceAway("cannot use " + Names.printable(path) + ": " + e.getMessage(), e);
  }

  private record Folder(Path path, PathPattern.Level level) {}

  private interface Call<T> {
    T run() throws IOException;
  }
}
