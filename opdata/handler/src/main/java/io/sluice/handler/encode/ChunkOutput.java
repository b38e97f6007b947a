package io.sluice.handler.encode;

import io.sluice.core.chunk.ChunkWriter;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.core.chunk.Segment;
import io.sluice.core.fate.PauseStage;
import io.sluice.core.feed.Feed;
import io.sluice.core.ids.FileIds;
import io.sluice.core.ledger.HandleClaim;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingKeys;
import io.sluice.core.staging.StagingWriter;
import io.sluice.handler.reject.Reject;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects the segments of a file and stages them as chunks of about one size. */
public final class ChunkOutput {

  private static final List<Column> REJECT_COLUMNS =
      List.of(
          new Column("day", PgType.DATE),
          new Column("file_id", PgType.INT8),
          new Column("handling", PgType.INT4),
          new Column("reason", PgType.TEXT),
          new Column("line", PgType.INT8),
          new Column("col", PgType.INT4),
          new Column("element", PgType.TEXT),
          new Column("object", PgType.TEXT),
          new Column("item", PgType.TEXT),
          new Column("cells", PgType.INT8),
          new Column("message", PgType.TEXT),
          new Column("raw", PgType.TEXT));

  private final Staging staging;
  private final Feed feed;
  private final HandleClaim claim;
  private final long chunkBytes;
  private final List<SegmentBuffer> segments = new ArrayList<>();
  private final List<String> staged;
  private long pending;
  private long units;

  /**
   * Nothing is staged yet.
   *
   * @param chunkBytes a chunk is staged when its rows have come to this
   * @param staged takes the key of each chunk
   */
  public ChunkOutput(
      Staging staging, Feed feed, HandleClaim claim, long chunkBytes, List<String> staged) {
    this.staged = staged;
    this.staging = staging;
    this.feed = feed;
    this.claim = claim;
    this.chunkBytes = chunkBytes;
  }

  /** A segment takes part in the chunks from now on, until it is superseded. */
  public SegmentBuffer add(SegmentBuffer segment) {
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
    units += cells;
    pending += bytes;
    if (pending >= chunkBytes) {
      flush();
    }
  }

  /** Stages what is left, the rejects with it; at least one chunk. Returns the number of chunks. */
  public int finish(List<Reject> rejects) {
    if (!rejects.isEmpty()) {
      add(rejectSegment(rejects));
      pending++;
    }
    if (pending > 0 || staged.isEmpty()) {
      flush();
    }
    return staged.size();
  }

  /** Units in the rows staged or pending. */
  public long units() {
    return units;
  }

  private void flush() {
    int number = staged.size();
    String key =
        StagingKeys.chunk(feed.name(), claim.foundAt(), claim.fileId(), claim.handling(), number);
    segments.sort(Comparator.comparingInt(SegmentBuffer::tableId));
    try (StagingWriter object = staging.create(key)) {
      try (ChunkWriter chunk =
          new ChunkWriter(new Unclosed(object), claim.fileId(), claim.handling(), number)) {
        for (SegmentBuffer segment : segments) {
          if (!segment.isEmpty()) {
            segment.writeTo(chunk);
          }
        }
      }
      object.commit();
    } catch (IOException e) {
      throw new PauseStage("staging does not take a chunk: " + e.getMessage(), e);
    }
    staged.add(key);
    segments.removeIf(SegmentBuffer::isSuperseded);
    segments.forEach(SegmentBuffer::clear);
    pending = 0;
  }

  private SegmentBuffer rejectSegment(List<Reject> rejects) {
    SegmentBuffer segment =
        new SegmentBuffer(feed, Segment.REJECTS, "sluice", "reject", REJECT_COLUMNS, List.of());
    int day = (int) FileIds.dayOf(claim.fileId()).toEpochDay();
    for (Reject reject : rejects) {
      encode(segment.rows(), day, reject);
      // Rejected units are counted with the handling, not with its rows.
      segment.written(0);
    }
    return segment;
  }

  private void encode(CopyBuffer rows, int day, Reject reject) {
    rows.row(REJECT_COLUMNS.size());
    rows.putDate(day);
    rows.putLong(claim.fileId());
    rows.putInt(claim.handling());
    rows.putText(reject.reason());
    if (reject.line() > 0) {
      rows.putLong(reject.line());
    } else {
      rows.putNull();
    }
    if (reject.column() > 0) {
      rows.putInt(reject.column());
    } else {
      rows.putNull();
    }
    putText(rows, reject.element());
    putText(rows, reject.object());
    putText(rows, reject.item());
    rows.putLong(reject.cells());
    rows.putText(reject.message());
    putText(rows, reject.raw());
  }

  private static void putText(CopyBuffer rows, String text) {
    if (text == null) {
      rows.putNull();
    } else {
      rows.putText(text);
    }
  }

  /** The chunk's end is not the object's: that is committed after it. */
  private static final class Unclosed extends FilterOutputStream {

    Unclosed(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
