package io.sluice.handler.block;

/** Takes the rows of a store, each key once, in one or more runs. */
public interface BlockConsumer {

  /**
   * Announces a row of the next run; all of a run are announced before the first is handed out.
   * Indexes start anew with each run.
   */
  void prepare(BlockRow row);

  /** The row is reused: take what is needed before returning. */
  void row(BlockRow row);
}
