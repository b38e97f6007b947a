package io.sluice.loader;

import io.sluice.core.message.WorkMessage;
import java.time.Instant;

/**
 * A chunk whose loading has begun, counted in the ledger.
 *
 * @param attempts this one included
 * @param foundAt when its file was found, a part of its key in staging
 */
record Attempt(WorkMessage message, ChunkId id, int attempts, Instant foundAt) {

  String feed() {
    return message.feed();
  }
}
