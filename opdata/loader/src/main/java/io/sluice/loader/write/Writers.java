package io.sluice.loader.write;

import io.sluice.loader.rows.Rejects;
import io.sluice.loader.table.Prepared;

/** The way rows are written in one transaction. */
public final class Writers {

  private Writers() {}

  /**
   * @param careful the database refused a row: find it
   * @param direct what is remembered of earlier merges
   * @param tempTables at most this many a connection
   */
  public static TableWriter of(
      Prepared prepared, Rejects rejects, boolean careful, DirectCopies direct, int tempTables) {
    TableWriter slow = new MergeWriter(tempTables);
    TableWriter merge = careful ? slow : new MergingWriter(slow, direct, prepared::hasWholeKeys);
    TableWriter writer =
        (connection, group) ->
            group.merges() ? merge.write(connection, group) : TableWriter.copy(connection, group);
    return careful ? new RowSplitter(writer, rejects) : writer;
  }
}
