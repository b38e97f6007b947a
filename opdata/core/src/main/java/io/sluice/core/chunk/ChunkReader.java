package io.sluice.core.chunk;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Reads what {@link ChunkWriter} wrote, one segment after the other. */
public final class ChunkReader implements Closeable {

  private static final int MAX_HEAD = 16 << 20;

  private final DataInputStream in;
  private final long token;
  private final int chunk;
  private long left;
  private final List<UsedIds> ids = new ArrayList<>();
  private int segments;

  /**
   * @throws IOException when it is not a chunk, or of a format this version does not know
   */
  public ChunkReader(InputStream source) throws IOException {
    in = new DataInputStream(new BufferedInputStream(source, 1 << 16));
    int magic = in.readInt();
    if (magic != ChunkWriter.MAGIC) {
      throw new IOException("not a chunk of this version: it starts with %08x".formatted(magic));
    }
    token = in.readLong();
    chunk = in.readInt();
  }

  public long token() {
    return token;
  }

  public int chunk() {
    return chunk;
  }

  /**
   * The next segment's head, or null after the last; what is left of the payload before is skipped.
   *
   * @throws EOFException when the chunk was cut off
   */
  public Segment next() throws IOException {
    in.skipNBytes(left);
    left = 0;
    int length = in.readInt();
    while (length == ChunkWriter.IDS) {
      ids.add(UsedIds.readFrom(in));
      length = in.readInt();
    }
    if (length == ChunkWriter.END) {
      checkCount();
      return null;
    }
    if (length <= 0 || length > MAX_HEAD) {
      throw new IOException("a segment's head claims " + length + " bytes");
    }
    byte[] json = new byte[length];
    in.readFully(json);
    Segment head = ChunkWriter.JSON.readValue(json, Segment.class);
    left = head.length();
    segments++;
    return head;
  }

  private void checkCount() throws IOException {
    int written = in.readInt();
    if (written != segments) {
      throw new IOException("the chunk has %d segments, not %d".formatted(segments, written));
    }
  }

  /** The ids that the rows use; known once {@link #next} has returned null. */
  public List<UsedIds> ids() {
    return List.copyOf(ids);
  }

  /**
   * The rows of the current segment, then the bitmaps of their presence; to be asked once, and of
   * segments that fit an array.
   *
   * @throws EOFException when the chunk was cut off
   */
  public byte[] payload() throws IOException {
    byte[] payload = in.readNBytes((int) left);
    left -= payload.length;
    if (left > 0) {
      throw new EOFException("the chunk ends inside a segment, " + left + " bytes short");
    }
    return payload;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
