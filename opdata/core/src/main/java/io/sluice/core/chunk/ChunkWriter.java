package io.sluice.core.chunk;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a chunk: magic and format version, token and number, then segments (length of head, head
 * as JSON, rows, presence), then a trailer by which a reader knows that it is whole.
 */
public final class ChunkWriter implements Closeable {

  static final int MAGIC = 0x534C4332; // "SLC2"
  static final int END = -1;
  static final int IDS = -2;
  static final ObjectMapper JSON = JsonMapper.builder().build();

  private static final CopyBuffer NO_PRESENCE = new CopyBuffer(0);

  private final DataOutputStream out;
  private int segments;

  /**
   * @param token of the claim under which the batch is handled
   * @param chunk number of the chunk, from 0
   */
  public ChunkWriter(OutputStream out, long token, int chunk) throws IOException {
    this.out = new DataOutputStream(new BufferedOutputStream(out, 1 << 16));
    this.out.writeInt(MAGIC);
    this.out.writeLong(token);
    this.out.writeInt(chunk);
  }

  /** Adds a segment whose rows had all their fields; its {@code bytes} are the buffer's. */
  public void segment(Segment head, CopyBuffer payload) throws IOException {
    segment(head, payload, NO_PRESENCE);
  }

  /**
   * Adds a segment.
   *
   * @param presence the bitmaps of its rows, {@link Segment#presence} bytes each
   */
  public void segment(Segment head, CopyBuffer payload, CopyBuffer presence) throws IOException {
    if (payload.size() + (long) presence.size() != head.length()) {
      throw new IllegalArgumentException(
          "%d bytes of rows and %d of presence are not the %d that the head of %s says"
              .formatted(payload.size(), presence.size(), head.length(), head.table()));
    }
    byte[] json = JSON.writeValueAsBytes(head);
    out.writeInt(json.length);
    out.write(json);
    payload.writeTo(out);
    presence.writeTo(out);
    segments++;
  }

  /** Adds what ids the rows use; after the segments, any number of times. */
  public void ids(UsedIds ids) throws IOException {
    out.writeInt(IDS);
    ids.writeTo(out);
  }

  /** Writes the trailer; the stream below stays open. */
  @Override
  public void close() throws IOException {
    out.writeInt(END);
    out.writeInt(segments);
    out.flush();
  }
}
