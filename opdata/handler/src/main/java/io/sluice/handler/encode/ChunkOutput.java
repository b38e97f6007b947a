package io.sluice.handler.encode;

import io.sluice.core.catalog.BatchIds;
import io.sluice.core.chunk.ChunkWriter;
import io.sluice.core.chunk.UsedIds;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.feed.Feed;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingWriter;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Claim;
import io.sluice.handler.reject.Reject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Collects the segments of a batch, which its files share, and stages them as chunks of about one
 * size. A file that fails midway may leave rows behind: the loader takes only those of files that
 * are still in the batch.
 */
public final class ChunkOutput implements AutoCloseable {

  private final Staging staging;
  private final Feed feed;
  private final Claim claim;
  private final long chunkBytes;
  private final BatchIds ids;
  private final Buffers buffers;
  private final List<SegmentBuffer> segments = new ArrayList<>();
  private final List<String> staged = new ArrayList<>();
  private RejectRows rejects;
  private BatchFile file;
  private long pending;
  private long units;
  private RuntimeException failure;

  /**
   * Nothing is staged yet.
   *
   * @param chunkBytes a chunk is staged when its rows have come to this
   */
  public ChunkOutput(
      Staging staging, Feed feed, Claim claim, long chunkBytes, BatchIds ids, Buffers buffers) {
    this.staging = staging;
    this.feed = feed;
    this.claim = claim;
    this.chunkBytes = chunkBytes;
    this.ids = ids;
    this.buffers = buffers;
  }

  /** Rows are of this file from now on. */
  public void begin(BatchFile next) {
    segments.forEach(SegmentBuffer::dropUnfinished);
    file = next;
    units = 0;
  }

  BatchFile file() {
    return file;
  }

  Feed feed() {
    return feed;
  }

  /** Makes a segment, which takes part in the chunks from now on, until it is superseded. */
  SegmentBuffer open(SegmentBuffer.Shape shape) {
    SegmentBuffer segment = new SegmentBuffer(this, shape, buffers.take());
    segments.add(segment);
    return segment;
  }

  /**
   * A row is complete.
   *
   * @param bytes it took
   * @param cells units in it
   */
  public void rowDone(long bytes, long cells) {
    count(bytes, cells);
    flushIfFull();
  }

  /** Counts a row, or a part of one that must come into one chunk as a whole. */
  void count(long bytes, long cells) {
    units += cells;
    pending += bytes;
  }

  void flushIfFull() {
    if (pending >= chunkBytes) {
      flush();
    }
  }

  /** Takes the rejects of the current file. */
  public void reject(List<Reject> rows) {
    if (rows.isEmpty()) {
      return;
    }
    if (rejects == null) {
      rejects = new RejectRows(this);
    }
    pending += rejects.write(file, rows);
    flushIfFull();
  }

  /** Stages what is left; at least one chunk. */
  public void finish() {
    segments.forEach(SegmentBuffer::dropUnfinished);
    if (pending > 0 || staged.isEmpty()) {
      flush();
    }
  }

  /** Units in the rows of the current file. */
  public long units() {
    return units;
  }

  /** Keys of the chunks staged so far. */
  public List<String> staged() {
    return List.copyOf(staged);
  }

  /** Whether this is why a chunk could not be staged, and so no fault of the file. */
  public boolean isFailure(Throwable e) {
    return e == failure;
  }

  private void flush() {
    try {
      ids.resolve();
      stage();
    } catch (IOException e) {
      failure = new PauseStage("staging did not accept a chunk: " + e.getMessage(), e);
      throw failure;
    } catch (RuntimeException e) {
      failure = e;
      throw e;
    }
    for (SegmentBuffer segment : segments) {
      segment.clear();
      if (segment.isSuperseded()) {
        buffers.give(segment.rows());
      }
    }
    segments.removeIf(SegmentBuffer::isSuperseded);
    ids.clear();
    pending = 0;
  }

  private void stage() throws IOException {
    int number = staged.size();
    String key = StagingKeys.chunk(feed.name(), claim.token(), number);
    segments.sort(Comparator.comparingInt(SegmentBuffer::tableId));
    try (StagingWriter object = staging.create(key)) {
      try (ChunkWriter chunk = new ChunkWriter(object, claim.token(), number)) {
        for (SegmentBuffer segment : segments) {
          if (!segment.isEmpty()) {
            segment.writeTo(chunk, ids);
          }
        }
        for (UsedIds used : ids.used()) {
          chunk.ids(used);
        }
      }
      object.commit();
    }
    staged.add(key);
  }

  /** Gives the buffers back. */
  @Override
  public void close() {
    segments.forEach(segment -> buffers.give(segment.rows()));
    segments.clear();
  }
}
