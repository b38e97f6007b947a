package io.sluice.core.chunk;

import java.util.List;

/**
 * Head of a segment: rows of one table with one column list, in binary COPY form.
 *
 * @param tableId sluice.target_table id; {@link #REJECTS} for rows of sluice.reject
 * @param schema of the table
 * @param table name of the table
 * @param columns in the order of the fields of each row
 * @param rows number of rows
 * @param cells units in them that the file's counts speak of
 * @param keys positions in columns of the merge key, in key order; empty in append mode
 * @param partitions what partitions the rows need: distinct UTC starts of the target's partition
 *     interval, in microseconds since 1970; empty where the table is not partitioned
 * @param marks changed buckets: pairs of bucket start (microseconds since 1970) and slice
 * @param bytes of the payload that follows
 * @param presence bytes in each of the bitmaps that follow the payload, one a row in the rows'
 *     order: bit i (of byte i / 8, lowest first) is set when the file had the field at position i
 *     of the row, as a value or blank. 0 where every row had all its fields, and in append mode,
 *     where nobody asks. When rows are merged, a field that a file did not have leaves the stored
 *     value
 * @param runs whose rows they are, in the order of the payload: a file's rows follow each other
 */
public record Segment(
    int tableId,
    String schema,
    String table,
    List<Column> columns,
    long rows,
    long cells,
    List<Integer> keys,
    List<Long> partitions,
    List<long[]> marks,
    long bytes,
    int presence,
    List<Run> runs) {

  /**
   * The rows of one file in a segment.
   *
   * @param fileId ledger id
   * @param handling number of the file's handling
   * @param rows number of rows
   * @param cells units in them that the file's counts speak of
   * @param bytes of them in the payload
   */
  public record Run(long fileId, int handling, long rows, long cells, long bytes) {}

  public static final int REJECTS = 0;

  /** Bytes that follow the head: rows, then bitmaps of presence. */
  public long length() {
    return bytes + rows * presence;
  }

  /** Ledger id of the file a row came from, bigint, in every row. */
  public static final String FILE = "_file";

  /** Order among contents of one key, bigint, in every row: see BatchFile.version(). */
  public static final String VERSION = "_version";
}
