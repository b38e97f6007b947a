package io.sluice.handler.encode;

import io.sluice.core.catalog.Dimensions.Kind;
import io.sluice.core.catalog.NameIds;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.work.BatchFile;
import io.sluice.handler.block.BlockRow;
import io.sluice.handler.pm.PmGroup;

/** Writes the rows of one measurement group, in one file of the batch after the other. */
abstract class GroupEncoder {

  final BatchContext batch;
  final NameIds elements;
  final NameIds objects;
  private PmGroup group;
  private long run;

  GroupEncoder(BatchContext batch, String schema) {
    this.batch = batch;
    this.elements = batch.ids().of(schema, Kind.ELEMENT);
    this.objects = batch.ids().of(schema, Kind.OBJECT);
  }

  /**
   * Makes ready for rows of the group.
   *
   * @param nextRun another number for each run of rows: what its rows have is known by then
   */
  final void prepare(PmGroup next, long nextRun) {
    if (group != next) {
      group = next;
      begin(next);
    }
    if (run != nextRun) {
      run = nextRun;
      prepare();
    }
  }

  /** The group is that of another file, whose slots are other counters. */
  abstract void begin(PmGroup next);

  /** Makes columns for what the rows to come were seen to have. */
  abstract void prepare();

  /**
   * Writes a row.
   *
   * @param element id or stand-in of its element
   * @param object id or stand-in of its object
   */
  abstract void row(BlockRow row, int element, int object);

  /** The fields every row of measurements begins with. */
  final void putFixed(SegmentBuffer segment, BlockRow row, int element, int object) {
    CopyBuffer rows = segment.rows();
    BatchFile file = batch.output().file();
    rows.putTimestamp(row.end());
    rows.putInt(row.granularity());
    segment.putId(element);
    segment.putId(object);
    rows.putBool(row.suspect());
    rows.putLong(file.id());
    rows.putLong(file.version());
  }
}
