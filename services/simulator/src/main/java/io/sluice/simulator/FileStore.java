package io.sluice.simulator;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Puts files into place: at once under their final name, or slowly growing. */
final class FileStore {
  private static final int STEPS = 4;

  private static final class Growing {
    final Path path;
    final byte[] content;
    final Instant modified;

    Growing(Path path, byte[] content, Instant modified) {
      this.path = path;
      this.content = content;
      this.modified = modified;
    }
  }

  private final Duration growFor;
  private final Set<Path> known = new HashSet<>();
  private final List<Growing> growing = new ArrayList<>();

  FileStore(Duration growFor) {
    this.growFor = growFor;
  }

  /** Writes under a hidden temporary name, then renames, so that nobody sees a part of it. */
  void write(Path path, byte[] content, Instant modified) throws IOException {
    Path temporary = temporary(path);
    Files.write(temporary, content);
    move(temporary, path, modified);
  }

  /** Opens a stream whose content {@link #move} puts into place. */
  OutputStream open(Path path) throws IOException {
    return Files.newOutputStream(temporary(path));
  }

  void finish(Path path, Instant modified) throws IOException {
    move(temporary(path), path, modified);
  }

  /** Remembers a file that {@link #growAll} will write in steps. */
  void grow(Path path, byte[] content, Instant modified) throws IOException {
    makeDirectory(path);
    growing.add(new Growing(path, content, modified));
  }

  /** Lets the remembered files grow, all at the same time. */
  void growAll() throws IOException, InterruptedException {
    for (int step = 0; step < STEPS && !growing.isEmpty(); step++) {
      for (Growing file : growing) {
        append(file, step);
      }
      Thread.sleep(growFor.toMillis() / STEPS);
    }
    growing.clear();
  }

  private static void append(Growing file, int step) throws IOException {
    int size = file.content.length;
    int from = (int) ((long) size * step / STEPS);
    int to = (int) ((long) size * (step + 1) / STEPS);
    Files.write(
        file.path,
        Arrays.copyOfRange(file.content, from, to),
        StandardOpenOption.CREATE,
        step == 0 ? StandardOpenOption.TRUNCATE_EXISTING : StandardOpenOption.APPEND,
        StandardOpenOption.WRITE);
    if (step == STEPS - 1) {
      Files.setLastModifiedTime(file.path, FileTime.from(file.modified));
    }
  }

  private Path temporary(Path path) throws IOException {
    makeDirectory(path);
    return path.resolveSibling("." + path.getFileName() + ".tmp");
  }

  private static void move(Path temporary, Path path, Instant modified) throws IOException {
    Files.setLastModifiedTime(temporary, FileTime.from(modified));
    Files.move(
        temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private void makeDirectory(Path path) throws IOException {
    if (known.add(path.getParent())) {
      Files.createDirectories(path.getParent());
    }
  }
}
