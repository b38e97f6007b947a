package io.sluice.getter.source;

import io.sluice.core.feed.PathPattern;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
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
import java.util.List;
import java.util.function.Consumer;

/**
 * Files in a directory of this machine. It holds nothing between two calls: a session is itself.
 */
final class DirectorySource implements Source, SourceSession {

  private final BaseDirectory base;

  DirectorySource(BaseDirectory base) {
    this.base = base;
  }

  @Override
  public String host() {
    return LOCAL;
  }

  @Override
  public List<String> servers() {
    return List.of(LOCAL);
  }

  @Override
  public SourceSession connect(Purpose purpose) {
    return this;
  }

  @Override
  public SourceSession connect(Purpose purpose, String server) {
    return this;
  }

  @Override
  public String server() {
    return LOCAL;
  }

  @Override
  public Listing list(PathPattern.Level level, long filesBefore, Consumer<SourceFile> files)
      throws IOException {
    BaseDirectory.Look look = look();
    if (!look.present()) {
      throw base.missing();
    }
    DirectoryListing listing = new DirectoryListing(files);
    try {
      Object key = DirectoryListing.key(Path.of(base.path()));
      listing.from(new Walk.Folder(base.path(), key, level));
    } catch (SourceFileMissing | NoSuchFileException e) {
      throw base.missing(); // since the look
    } catch (SourceFileFailed e) {
      throw base.unreadable(e);
    }
    long found = listing.seen.files();
    base.listed(found == 0 ? look() : look, found, filesBefore);
    return listing.seen;
  }

  @Override
  public SourceFile stat(String path) throws IOException {
    return call(path, "read", file -> describe(file, DirectoryListing.attributes(file)));
  }

  @Override
  public SourceStream open(SourceFile file, long offset) throws IOException {
    FileChannel channel =
        call(file.path(), "read", path -> FileChannel.open(path).position(offset));
    return new SourceStream() {
      @Override
      public int read(byte[] bytes, int from, int length) throws IOException {
        return call(file.path(), "read", p -> channel.read(ByteBuffer.wrap(bytes, from, length)));
      }

      /** That of the path: a file put in its place counts as a change. */
      @Override
      public SourceFile stat() throws IOException {
        return DirectorySource.this.stat(file.path());
      }

      @Override
      public void close() {
        try {
          channel.close();
        } catch (IOException e) {
          return; // what was read was read
        }
      }
    };
  }

  @Override
  public void delete(String path) throws IOException {
    call(path, "delete", DirectorySource::delete);
    base.tookAway();
  }

  @Override
  public void rename(String from, String to) throws IOException {
    call(from, "move", path -> move(path, Path.of(to)));
    base.tookAway();
  }

  @Override
  public void close() {
    // Nothing is held between two calls.
  }

  private static Path delete(Path path) throws IOException {
    Files.delete(path);
    return path;
  }

  private static Path move(Path from, Path to) throws IOException {
    Path there = to.getParent();
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    if (there != null && !Files.isDirectory(there)) {
      throw new SourceNameTaken(LOCAL, there.toString());
    }
    Files.createDirectories(to.getParent());
    if (Files.exists(to)) {
      throw new SourceNameTaken(LOCAL, to.toString());
    }
    try {
      return Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      return Files.move(from, to); // another file system
    } catch (FileAlreadyExistsException e) {
      throw new SourceNameTaken(LOCAL, to.toString());
    }
  }

  private BaseDirectory.Look look() throws SourceAway {
    Path path = Path.of(base.path());
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      Object key = DirectoryListing.attributes(path).fileKey();
      return new BaseDirectory.Look(true, key, !entries.iterator().hasNext());
    } catch (NoSuchFileException | NotDirectoryException e) {
      return BaseDirectory.Look.MISSING;
    } catch (DirectoryIteratorException e) {
      throw base.unreadable(ofFile(base.path(), "list", e.getCause()));
    } catch (IOException e) {
      throw base.unreadable(ofFile(base.path(), "list", e));
    }
  }

  /** What fails for every file, such as where a volume is gone, fails for its directory too. */
  private <T> T call(String path, String what, Call<T> call) throws IOException {
    try {
      return call.on(Path.of(path));
    } catch (SourceNameTaken | ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      base.check(look());
      throw e instanceof NoSuchFileException
          ? new SourceFileMissing(LOCAL, path)
          : ofFile(path, what, e);
    }
  }

  static SourceFileFailed ofFile(String path, String what, IOException e) {
    return e instanceof AccessDeniedException
        ? new SourceFileDenied(LOCAL, path, what)
        : new SourceFileFailed(LOCAL, path, what, e);
  }

  static SourceFile describe(Path path, BasicFileAttributes attributes) {
    return new SourceFile(
        path.toString(), attributes.size(), attributes.lastModifiedTime().toInstant());
  }

  private interface Call<T> {
    T on(Path file) throws IOException;
  }
}
