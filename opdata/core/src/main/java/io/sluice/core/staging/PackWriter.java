package io.sluice.core.staging;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes the raw files of a batch into one object: their bytes one after the other, then an index
 * of {@link RawIdentity} as JSON, then sixteen bytes that tell where the index begins. It appears
 * at {@link #commit}, whole; closing without it leaves nothing behind. Bytes that no entry was
 * added for are waste, such as those of a file that changed while it was read.
 */
public final class PackWriter implements AutoCloseable {

  static final long MAGIC = 0x534C_5041_434B_3031L; // "SLPACK01"
  static final int FOOTER = 16;
  static final ObjectMapper JSON = JsonMapper.builder().build();

  private final StagingWriter writer;
  private final List<RawIdentity> index = new ArrayList<>();

  /**
   * Begins a pack.
   *
   * @param token that names it
   */
  public PackWriter(Staging staging, String feed, long token) throws IOException {
    this.writer = staging.create(StagingKeys.raw(feed, token));
  }

  /** Where the next byte goes. */
  public long position() {
    return writer.size();
  }

  /** Appends bytes of a file. */
  public void write(byte[] bytes, int offset, int length) throws IOException {
    writer.write(bytes, offset, length);
  }

  /** Appends a stream to its end. */
  public void write(InputStream in) throws IOException {
    in.transferTo(writer);
  }

  /** Takes the bytes written for a file into the index. */
  public void add(RawIdentity file) {
    index.add(file);
  }

  /** The files added so far. */
  public List<RawIdentity> files() {
    return List.copyOf(index);
  }

  /** Writes the index and makes the pack visible. */
  public void commit() throws IOException {
    long at = writer.size();
    writer.write(JSON.writeValueAsBytes(index));
    writer.write(ByteBuffer.allocate(FOOTER).putLong(at).putLong(MAGIC).array());
    writer.commit();
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
