package io.sluice.loader;

import io.sluice.core.message.WorkMessage;

/** Names a chunk of one handling of a file. */
record ChunkId(long fileId, int handling, int chunk) {

  static ChunkId of(WorkMessage message) {
    return new ChunkId(message.fileId(), message.handling(), message.chunk());
  }
}
