package io.sluice.core.work;

import io.sluice.core.message.Stage;
import java.util.List;

/**
 * The right to work on a batch at one stage. Whatever is written under it is checked against its
 * token, so that a worker that was taken for dead writes nothing.
 *
 * @param batch id
 * @param token of this claim; objects in staging are named by it
 * @param attempts how often the batch was claimed at this stage without coming to an end, this time
 *     included
 * @param epoch what was remembered of the registries under another epoch is void
 * @param chunk token of the handling that staged its chunks, 0 before
 * @param chunks how many there are
 * @param chunksDone how many of them are loaded, in order
 * @param files those that are still in it, by id
 */
public record Claim(
    long batch,
    long token,
    Stage stage,
    String feed,
    boolean bulk,
    int attempts,
    long epoch,
    long chunk,
    int chunks,
    int chunksDone,
    List<BatchFile> files) {

  public Claim {
    files = List.copyOf(files);
  }

  /** Attempts at this stage that a file has behind it, this one included. */
  public int attempts(BatchFile file) {
    return file.attempts() + attempts;
  }
}
