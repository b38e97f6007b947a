package io.sluice.core.staging;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Staging in a directory: one machine, or a volume many machines mount.
 *
 * <p>An object is written under {@code .tmp} and renamed. It is not forced to disk unless committed
 * durably: after a power failure the file is fetched or handled again, which costs less than a sync
 * for every file.
 */
final class DirectoryStaging implements Staging {

  private static final String TEMP = ".tmp";
  private static final int RENAME_TRIES = 10;

  private final Path root;
  private final long limitBytes;
  private final long minFreeBytes;
  private final UseMeter meter;
  private final FileStore disk;

  DirectoryStaging(Path root, long limitBytes, long minFreeBytes, Clock clock) throws IOException {
    this.root = root.toAbsolutePath().normalize();
    this.limitBytes = limitBytes;
    this.minFreeBytes = minFreeBytes;
    this.meter = new UseMeter(this, clock);
    Files.createDirectories(this.root.resolve(TEMP));
    this.disk = Files.getFileStore(this.root);
  }

  @Override
  public StagingWriter create(String key) throws IOException {
    Path target = path(key);
    Path temp = root.resolve(TEMP).resolve(UUID.randomUUID().toString());
    Files.createDirectories(temp.getParent());
    return new Writer(key, temp, target, Files.newOutputStream(temp));
  }

  @Override
  public InputStream open(String key, long offset) throws IOException {
    try {
      FileChannel channel = FileChannel.open(path(key), StandardOpenOption.READ);
      return Channels.newInputStream(channel.position(offset));
    } catch (NoSuchFileException | FileNotFoundException e) {
      throw new StagingObjectMissing(key, e);
    }
  }

  @Override
  public long size(String key) throws IOException {
    try {
      return Files.size(path(key));
    } catch (NoSuchFileException e) {
      throw new StagingObjectMissing(key, e);
    }
  }

  @Override
  public void delete(Collection<String> keys) throws IOException {
    Set<Path> folders = new HashSet<>();
    for (String key : keys) {
      Path path = path(key);
      long size = sizeOrZero(path);
      if (Files.deleteIfExists(path)) {
        meter.add(key, -size);
        folders.add(path.getParent());
      }
    }
    for (Path folder : folders) {
      removeEmptyUpwards(folder);
    }
  }

  /** What is deleted meanwhile is not there. */
  @Override
  public void list(String prefix, Consumer<StagedObject> objects) throws IOException {
    Path temp = root.resolve(TEMP);
    Files.walkFileTree(
        folder(prefix),
        Set.of(FileVisitOption.FOLLOW_LINKS),
        Integer.MAX_VALUE,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return folder.equals(temp) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              String key = root.relativize(file).toString().replace('\\', '/');
              Instant modified = attributes.lastModifiedTime().toInstant();
              objects.accept(new StagedObject(key, attributes.size(), modified));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
  }

  @Override
  public List<String> folders(String prefix) throws IOException {
    try (Stream<Path> below = Files.list(folder(prefix))) {
      return below
          .filter(path -> !path.getFileName().toString().equals(TEMP) && Files.isDirectory(path))
          .map(path -> prefix + path.getFileName() + "/")
          .sorted()
          .toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @Override
  public void deleteAbandoned(Instant before) throws IOException {
    try (Stream<Path> temps = Files.list(root.resolve(TEMP))) {
      for (Path temp : (Iterable<Path>) temps::iterator) {
        deleteIfOlder(temp, before);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @Override
  public StagingUse use() throws IOException {
    UseMeter.Used used =
        limitBytes == StagingSettings.UNLIMITED ? UseMeter.Used.NOTHING : meter.used();
    return new StagingUse(
        root.toString(),
        used.allBytes(),
        used.chunkBytes(),
        limitBytes,
        disk.getUsableSpace(),
        minFreeBytes);
  }

  /** A mount point without its volume lacks what was made at the start. */
  @Override
  public void checkReadable() throws IOException {
    if (!Files.isDirectory(root.resolve(TEMP))) {
      throw new IOException(root + " is not the directory it was; mount its volume again");
    }
  }

  /** Holds nothing open. */
  @Override
  public void close() {}

  @Override
  public String toString() {
    return root.toString();
  }

  private Path path(String key) {
    return root.resolve(StagingKeys.checked(key));
  }

  private Path folder(String prefix) {
    return root.resolve(StagingKeys.checkedPrefix(prefix));
  }

  private static long sizeOrZero(Path path) throws IOException {
    try {
      return Files.size(path);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  private static void deleteIfOlder(Path temp, Instant before) throws IOException {
    try {
      if (Files.getLastModifiedTime(temp).toInstant().isBefore(before)) {
        Files.deleteIfExists(temp);
      }
    } catch (NoSuchFileException e) {
      return; // its writer finished meanwhile
    }
  }

  /** So that empty hours need not be looked at; a writer makes its folder again. */
  private void removeEmptyUpwards(Path folder) throws IOException {
    try {
      for (Path path = folder; !path.equals(root); path = path.getParent()) {
        Files.deleteIfExists(path);
      }
    } catch (DirectoryNotEmptyException e) {
      return; // as far as it goes
    }
  }

  private static IOException fullOr(IOException e, Path target) {
    String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    String text = reason == null ? "" : reason.toLowerCase(Locale.ROOT);
    return text.contains("no space left") || text.contains("quota")
        ? new StagingFull("no space left for " + target + "; free up some", e)
        : e;
  }

  private static void forceToDisk(Path path, StandardOpenOption option) throws IOException {
    try (FileChannel channel = FileChannel.open(path, option)) {
      channel.force(true);
    }
  }

  private final class Writer extends StagingWriter {
    private final String key;
    private final Path temp;
    private final Path target;
    private final OutputStream out;

    Writer(String key, Path temp, Path target, OutputStream out) {
      this.key = key;
      this.temp = temp;
      this.target = target;
      this.out = out;
    }

    @Override
    void append(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw fullOr(e, target);
      }
    }

    @Override
    void force() throws IOException {
      out.flush();
      forceToDisk(temp, StandardOpenOption.WRITE);
    }

    /** The folders too may be new. */
    @Override
    void settled() throws IOException {
      for (Path path = target.getParent(); !path.equals(root); path = path.getParent()) {
        forceToDisk(path, StandardOpenOption.READ);
      }
      forceToDisk(root, StandardOpenOption.READ);
    }

    @Override
    void publish() throws IOException {
      try {
        out.close();
        long replaced = sizeOrZero(target);
        rename();
        meter.add(key, size() - replaced);
      } catch (IOException e) {
        Files.deleteIfExists(temp);
        throw fullOr(e, target);
      }
    }

    /** A cleaner may remove the empty folder between its making and the rename: then again. */
    private void rename() throws IOException {
      for (int attempt = 1; ; attempt++) {
        Files.createDirectories(target.getParent());
        try {
          Files.move(
              temp, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
          return;
        } catch (NoSuchFileException e) {
          if (attempt == RENAME_TRIES || !Files.exists(temp)) {
            throw e;
          }
        }
      }
    }

    @Override
    void abort() throws IOException {
      try {
        out.close();
      } finally {
        Files.deleteIfExists(temp);
      }
    }
  }
}
