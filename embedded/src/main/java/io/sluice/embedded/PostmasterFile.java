package io.sluice.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * postmaster.pid: its first line is the server's process id
 * (https://www.postgresql.org/docs/17/storage-file-layout.html).
 */
record PostmasterFile(Path file) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  static PostmasterFile in(Path dataDirectory) {
    return new PostmasterFile(dataDirectory.resolve("postmaster.pid"));
  }

  /** The live server of this data directory; nothing if the number now names another program. */
  Optional<ProcessHandle> server() {
    return process().filter(PostmasterFile::isPostgres);
  }

  /**
   * Deletes the file if its process id has passed to a program that is not PostgreSQL. PostgreSQL
   * itself handles a dead process id, but would refuse to start here.
   */
  void deleteIfMisleading() throws IOException {
    if (process().isPresent() && server().isEmpty()) {
      Files.delete(file);
    }
  }

  private Optional<ProcessHandle> process() {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .findFirst()
          .map(String::strip)
          .filter(line -> line.matches("\\d{1,18}"))
          .flatMap(line -> ProcessHandle.of(Long.parseLong(line)));
    } catch (IOException e) {
      throw new EmbeddedException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static boolean isPostgres(ProcessHandle process) {
    // Where the system does not tell, believe the file.
    return process.info().command().map(c -> c.endsWith("/postgres")).orElse(true);
  }

  /** Kills the server and its children, and waits until none is left. */
  static void kill(ProcessHandle server) {
    // The parent first: it would answer the death of a child with a restart of its own.
    List<ProcessHandle> children = server.descendants().toList();
    server.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    awaitExit(server);
    children.forEach(PostmasterFile::awaitExit);
  }

  private static void awaitExit(ProcessHandle process) {
    CompletableFuture<ProcessHandle> exit = process.onExit();
    try {
      exit.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new EmbeddedException("PostgreSQL process %d does not end".formatted(process.pid()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedException("interrupted while PostgreSQL ends", e);
    }
  }
}
