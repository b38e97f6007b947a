package io.sluice.loader;

import io.sluice.core.chunk.Segment;
import java.sql.SQLException;
import org.postgresql.copy.CopyIn;

/** Rows of a segment in memory, or some of them; slices share the bytes. */
final class SegmentData {

  private final ChunkId chunk;
  private final Segment head;
  private final byte[] bytes;
  private final int offset;
  private final int length;
  private final long rows;
  private final long cells;

  private SegmentData(
      ChunkId chunk, Segment head, byte[] bytes, int offset, int length, long rows, long cells) {
    this.chunk = chunk;
    this.head = head;
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
    this.rows = rows;
    this.cells = cells;
  }

  static SegmentData whole(ChunkId chunk, Segment head, byte[] bytes) {
    return new SegmentData(chunk, head, bytes, 0, bytes.length, head.rows(), head.cells());
  }

  /** Some rows of it, from {@code from} to before {@code to} in its bytes. */
  SegmentData slice(int from, int to, long someRows, long someCells) {
    return new SegmentData(chunk, head, bytes, from, to - from, someRows, someCells);
  }

  SegmentData withCells(long others) {
    return new SegmentData(chunk, head, bytes, offset, length, rows, others);
  }

  ChunkId chunk() {
    return chunk;
  }

  Segment head() {
    return head;
  }

  /** Of the whole segment; this one's rows begin at {@link #offset}. */
  byte[] bytes() {
    return bytes;
  }

  int offset() {
    return offset;
  }

  int length() {
    return length;
  }

  long rows() {
    return rows;
  }

  /** Units in the rows that the file's counts speak of. */
  long cells() {
    return cells;
  }

  void copyTo(CopyIn copy) throws SQLException {
    copy.writeToCopy(bytes, offset, length);
  }
}
