package io.sluice.handler.encode;

import io.sluice.handler.block.BlockRow;

/** Writes the rows of one measurement group of one file. */
interface GroupEncoder {

  /** Schema of the group's tables, where its dimensions are. */
  String schema();

  /** Makes columns for what the rows to come were seen to have. */
  void prepare();

  /**
   * Writes a row.
   *
   * @param element id of its element
   * @param object id of its object
   */
  void row(BlockRow row, int element, int object);
}
