package io.sluice.getter.source;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Consumer;

/** One listing of this machine. */
final class DirectoryListing extends Walk {

  /** What the runtime puts where a byte of a name is not of its charset. */
  private static final char UNDECODABLE = '\uFFFD';

  DirectoryListing(Consumer<SourceFile> files) {
    super(files);
  }

  @Override
  void read(Folder folder) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(folder.path()))) {
      for (Path entry : entries) {
        visit(entry, entry.getFileName().toString(), folder);
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      throw new SourceFileMissing(Source.LOCAL, folder.path());
    } catch (DirectoryIteratorException e) {
      throw DirectorySource.ofFile(folder.path(), "list", e.getCause());
    } catch (IOException e) {
      throw DirectorySource.ofFile(folder.path(), "list", e);
    }
  }

  private void visit(Path entry, String name, Folder folder) throws IOException {
    if (name.indexOf(UNDECODABLE) >= 0) {
      seen.leaveOut(entry.toString(), Listing.Why.UNUSABLE_NAME);
      return;
    }
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (attributes.isSymbolicLink()) {
        follow(entry, name, folder);
      } else if (attributes.isDirectory()) {
        directory(folder, name, key(entry, attributes));
      } else if (attributes.isRegularFile() && folder.level().file(name)) {
        file(folder, name, DirectorySource.describe(entry, attributes));
      }
    } catch (NoSuchFileException e) {
      return; // gone, or a link to nowhere
    } catch (FileSystemException e) {
      // No permission, a bad sector, a link to itself.
      seen.leaveOut(entry.toString(), Listing.Why.NO_PERMISSION);
    }
  }

  private void follow(Path link, String name, Folder folder) throws IOException {
    if (!folder.wants(name)) {
      return;
    }
    Path target = link.toRealPath();
    BasicFileAttributes attributes = attributes(target);
    if (attributes.isDirectory()) {
      directory(folder, name, key(target, attributes));
    } else if (attributes.isRegularFile() && folder.level().file(name)) {
      SourceFile file = DirectorySource.describe(link, attributes);
      link(file, key(target.getParent()), target.getFileName().toString());
    }
  }

  static Object key(Path directory) throws IOException {
    return key(directory, attributes(directory));
  }

  /** Device and inode, where the system has them. */
  private static Object key(Path directory, BasicFileAttributes attributes) throws IOException {
    Object key = attributes.fileKey();
    return key != null ? key : directory.toRealPath();
  }

  static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class);
  }
}
