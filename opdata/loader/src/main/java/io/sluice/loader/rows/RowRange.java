package io.sluice.loader.rows;

import io.sluice.core.chunk.Segment;

/**
 * Rows of one file in one segment, in memory: all of them, or some that follow each other. Ranges
 * share the segment's bytes.
 *
 * @param version of the file's rows, their order among others of one key
 * @param offset of the first row in the bytes
 * @param length of the rows in bytes
 * @param firstRow its position among all rows of the segment
 * @param rows number of rows
 * @param cells units in them that the file's counts speak of
 */
public record RowRange(
    SegmentData segment,
    long fileId,
    int handling,
    long version,
    int offset,
    int length,
    int firstRow,
    int rows,
    long cells) {

  public Segment head() {
    return segment.head();
  }

  /** Of the whole segment: its rows, then the bitmaps of their presence. */
  public byte[] bytes() {
    return segment.bytes().array();
  }

  RowRange slice(int from, int to, int row, int someRows, long someCells) {
    return new RowRange(
        segment, fileId, handling, version, from, to - from, firstRow + row, someRows, someCells);
  }

  /** The same rows with other units than they show. */
  public RowRange withCells(long others) {
    return new RowRange(segment, fileId, handling, version, offset, length, firstRow, rows, others);
  }

  /** Whether the next range's bytes follow these. */
  public boolean touches(RowRange next) {
    return bytes() == next.bytes() && offset + length == next.offset;
  }

  /** Whether a bitmap says that the file had a field of a row; true for all without bitmaps. */
  public boolean isPresent(int row, int field) {
    return head().presence() == 0 || (bytes()[presenceOf(row) + field / 8] >> (field % 8) & 1) == 1;
  }

  /**
   * Where the bitmap of one of these rows lies in the bytes.
   *
   * @param row from 0
   */
  public int presenceOf(int row) {
    return (int) head().bytes() + (firstRow + row) * head().presence();
  }
}
