package io.sluice.handler.encode;

import io.sluice.core.catalog.Catalog;
import io.sluice.core.feed.Feed;
import io.sluice.core.work.BatchFile;
import io.sluice.handler.reject.RejectLog;

/**
 * What reading one file of a batch needs.
 *
 * @param rejects what could not be encoded
 */
public record FileContext(BatchContext batch, BatchFile file, RejectLog rejects) {

  public Feed feed() {
    return batch.feed();
  }

  public Catalog catalog() {
    return batch.catalog();
  }

  public ChunkOutput output() {
    return batch.output();
  }

  public Window window() {
    return batch.window();
  }

  /** Whether rows tell which fields the file had. */
  public boolean merges() {
    return batch.merges();
  }
}
