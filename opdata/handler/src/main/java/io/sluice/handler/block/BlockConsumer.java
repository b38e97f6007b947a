package io.sluice.handler.block;

/** Takes the rows of a store, each key once, in one or more runs; indexes start anew with each. */
@FunctionalInterface
public interface BlockConsumer {

  /** The row is reused: take what is needed before returning. */
  void row(BlockRow row);
}
