package io.sluice.loader.rows;

import io.sluice.core.chunk.Segment;

/** A segment in memory: its head, and the bytes of its rows and of the bitmaps after them. */
final class SegmentData {

  private final Segment head;
  private final byte[] bytes;

  SegmentData(Segment head, byte[] bytes) {
    this.head = head;
    this.bytes = bytes;
  }

  Segment head() {
    return head;
  }

  byte[] bytes() {
    return bytes;
  }
}
