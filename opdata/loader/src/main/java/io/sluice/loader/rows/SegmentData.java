package io.sluice.loader.rows;

import io.sluice.core.chunk.Segment;
import java.nio.ByteBuffer;

/** A segment in memory: its head, and the bytes of its rows and of the bitmaps after them. */
record SegmentData(Segment head, ByteBuffer bytes) {}
