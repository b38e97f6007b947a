package io.sluice.handler.encode;

import io.sluice.core.chunk.CopyBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Buffers that one worker's batches use one after the other, so that a batch does not grow its own
 * again. Not for use by several threads.
 */
public final class Buffers {

  private static final int INITIAL = 4 << 10;

  private final long limit;
  private final Deque<CopyBuffer> free = new ArrayDeque<>();
  private long held;

  /**
   * Has no buffers yet.
   *
   * @param limit bytes of the buffers kept
   */
  public Buffers(long limit) {
    this.limit = limit;
  }

  CopyBuffer take() {
    CopyBuffer buffer = free.pollLast();
    if (buffer == null) {
      return new CopyBuffer(INITIAL);
    }
    held -= buffer.capacity();
    return buffer;
  }

  void give(CopyBuffer buffer) {
    if (held + buffer.capacity() <= limit) {
      buffer.clear();
      held += buffer.capacity();
      free.addLast(buffer);
    }
  }
}
