package io.sluice.bench;

import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedParser;
import io.sluice.core.feed.FeedResult;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.StagingWriter;
import io.sluice.core.staging.Stagings;
import io.sluice.getter.source.Source;
import io.sluice.getter.source.SourceFile;
import io.sluice.getter.source.SourceReader;
import io.sluice.getter.source.SourceSession;
import io.sluice.getter.source.SourceStream;
import io.sluice.getter.source.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Fetches all files of a feed into staging by Sluice's sources alone: a listing, then batches, each
 * over one session and into one staging object.
 */
final class SourceFetch {

  private final Path directory;
  private final int threads;
  private final int batch;

  /**
   * A fetch.
   *
   * @param directory for staging
   * @param threads that fetch at the same time
   * @param batch files a session reads
   */
  SourceFetch(Path directory, int threads, int batch) {
    this.directory = directory;
    this.threads = threads;
    this.batch = batch;
  }

  /** Fetches what the source lists; returns how many bytes those were. */
  long run(String source) throws IOException, InterruptedException {
    Feed feed = feed(source);
    Path place = Files.createTempDirectory(directory, "staging-");
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try (Sources sources = new Sources();
        Staging staging = Stagings.open(StagingSettings.of(place.toUri()))) {
      Source from = sources.of(feed).get(0);
      List<SourceFile> files = list(from, feed);
      List<Callable<Long>> work = new ArrayList<>();
      for (int i = 0; i < files.size(); i += batch) {
        List<SourceFile> some = files.subList(i, Math.min(files.size(), i + batch));
        String key = "raw/" + i;
        work.add(() -> fetch(from, some, staging, key));
      }
      long bytes = 0;
      for (Future<Long> done : executor.invokeAll(work)) {
        bytes += get(done);
      }
      return bytes;
    } finally {
      executor.shutdownNow();
    }
  }

  private static List<SourceFile> list(Source from, Feed feed) throws IOException {
    List<SourceFile> files = new ArrayList<>();
    Instant now = Instant.now();
    try (SourceSession session = from.connect(Source.Purpose.SCAN)) {
      session.list(
          feed.source().pathPattern().scan(now.minus(feed.source().since()), now), 0, files::add);
    }
    return files;
  }

  private static long fetch(Source from, List<SourceFile> files, Staging staging, String key)
      throws IOException {
    byte[] buffer = new byte[128 * 1024];
    try (SourceReader reader = new SourceReader(from, Source.Purpose.FETCH);
        StagingWriter writer = staging.create(key)) {
      for (SourceFile file : files) {
        copy(reader, file, writer, buffer);
      }
      writer.commit();
      return writer.size();
    }
  }

  private static void copy(
      SourceReader reader, SourceFile file, StagingWriter writer, byte[] buffer)
      throws IOException {
    try (SourceStream in = reader.open(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        writer.write(buffer, 0, count);
      }
      if (!in.stat().equals(file)) {
        throw new IOException(file.path() + " changed");
      }
    }
  }

  private static Feed feed(String source) throws IOException {
    String yaml =
        """
        feed: sftp-bench
        source: %s
        format: {3gpp-pm: {}}
        target: {table: "pm.{measInfoId}"}
        """
            .formatted(source);
    FeedResult result = FeedParser.parse("sftp-bench.yaml", yaml);
    return result
        .feed()
        .orElseThrow(() -> new IOException("the feed is wrong: " + result.problems()));
  }

  private static long get(Future<Long> done) throws IOException, InterruptedException {
    try {
      return done.get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    }
  }
}
