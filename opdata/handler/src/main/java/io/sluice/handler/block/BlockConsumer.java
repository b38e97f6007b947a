package io.sluice.handler.block;

/** Takes the rows of a block, each key once. */
@FunctionalInterface
public interface BlockConsumer {

  /** The row is reused: take what is needed before returning. */
  void row(BlockRow row);
}
