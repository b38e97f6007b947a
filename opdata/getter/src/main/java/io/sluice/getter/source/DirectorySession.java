package io.sluice.getter.source;

import io.sluice.core.feed.PathPattern;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Consumer;

/** A session on a directory of this machine. */
final class DirectorySession implements SourceSession {

  private final BaseDirectory base;

  DirectorySession(BaseDirectory base) {
    this.base = base;
  }

  @Override
  public String server() {
    return Source.LOCAL;
  }

  @Override
  public Listing list(PathPattern.Level level, long filesBefore, Consumer<SourceFile> files)
      throws IOException {
    BaseDirectory.Look look = look();
    if (!look.present()) {
      throw base.missing();
    }
    DirectoryListing listing = new DirectoryListing(files);
    listing.walk(Path.of(base.path()), level);
    Listing seen = listing.seen();
    base.listed(seen.files() == 0 ? look() : look, seen.files(), filesBefore);
    return seen;
  }

  @Override
  public SourceFile stat(String path) throws IOException {
    return call(path, "read", () -> describe(Path.of(path)));
  }

  @Override
  public SourceStream open(SourceFile file, long offset) throws IOException {
    FileChannel channel =
        call(file.path(), "read", () -> FileChannel.open(Path.of(file.path())).position(offset));
    return new FileStream(channel, () -> stat(file.path()));
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
    base.tookAway();
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
    base.tookAway();
  }

  @Override
  public void close() {
    // Nothing is held between two calls.
  }

  private void move(Path from, Path to) throws IOException {
    Path there = to.getParent();
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    if (there != null && !Files.isDirectory(there)) {
      throw new SourceNameTaken(server(), there.toString());
    }
    Files.createDirectories(to.getParent());
    if (Files.exists(to)) {
      throw new SourceNameTaken(server(), to.toString());
    }
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to); // another file system
    } catch (FileAlreadyExistsException e) {
      throw new SourceNameTaken(server(), to.toString());
    }
  }

  private BaseDirectory.Look look() throws SourceAway {
    Path path = Path.of(base.path());
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      return new BaseDirectory.Look(true, key, !entries.iterator().hasNext());
    } catch (NoSuchFileException | NotDirectoryException e) {
      return BaseDirectory.Look.MISSING;
    } catch (AccessDeniedException e) {
      throw base.unreadable(new SourceFileDenied(server(), base.path(), "list"));
    } catch (IOException e) {
      throw away(base.path(), e);
    }
  }

  private <T> T call(String path, String what, Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (NoSuchFileException e) {
      base.check(look());
      throw new SourceFileMissing(server(), path);
    } catch (AccessDeniedException e) {
      look();
      throw new SourceFileDenied(server(), path, what);
    } catch (SourceNameTaken e) {
      throw e;
    } catch (IOException e) {
      throw away(path, e);
    }
  }

  static SourceFile describe(Path path) throws IOException {
    return describe(path, Files.readAttributes(path, BasicFileAttributes.class));
  }

  static SourceFile describe(Path path, BasicFileAttributes attributes) {
    return new SourceFile(
        path.toString(), attributes.size(), attributes.lastModifiedTime().toInstant());
  }

  static SourceAway away(String path, IOException e) {
    return new SourceAway("cannot use " + Names.printable(path) + ": " + e.getMessage(), e);
  }

  private interface Call<T> {
    T run() throws IOException;
  }
}
