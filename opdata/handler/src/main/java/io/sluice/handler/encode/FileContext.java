package io.sluice.handler.encode;

import io.sluice.core.catalog.Catalog;
import io.sluice.core.catalog.Dimensions;
import io.sluice.core.feed.Feed;
import io.sluice.core.feed.FeedTarget.Mode;
import io.sluice.core.ledger.HandleClaim;
import io.sluice.handler.reject.RejectLog;

/**
 * What encoding one file needs.
 *
 * @param output where its segments go
 * @param rejects what could not be encoded
 * @param window the times its target takes
 */
public record FileContext(
    Feed feed,
    HandleClaim claim,
    Catalog catalog,
    Dimensions dimensions,
    ChunkOutput output,
    RejectLog rejects,
    Window window) {

  /** Whether rows tell which fields the file had. */
  public boolean merges() {
    return feed.target().mode() == Mode.MERGE;
  }
}
