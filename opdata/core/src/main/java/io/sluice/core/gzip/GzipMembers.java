package io.sluice.core.gzip;

import io.sluice.core.staging.BlockStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * Unpacks gzip data to its last byte: every member (RFC 1952, 2.2), and zeros between and after
 * members, which tapes and block devices leave. Anything else after a member is an error, where
 * {@link java.util.zip.GZIPInputStream} takes it for the end of the data. Bytes that were unpacked
 * before an error are handed out first.
 *
 * <p>One instance can unpack one stream after the other, so that its buffer and native memory are
 * allocated once. Not for use by several threads.
 */
public final class GzipMembers extends BlockStream {

  private static final int BUFFER = 64 << 10;
  private static final int DEFLATE = 8;

  private enum State {
    FIRST_MEMBER,
    IN_MEMBER,
    AFTER_MEMBER,
    ENDED
  }

  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private final byte[] buffer = new byte[BUFFER];
  private InputStream packed;
  private int position;
  private int limit;
  private long passed;
  private long memberBytes;
  private State state = State.ENDED;
  private IOException failure;

  /**
   * Begins at the stream's position, which must be that of a member.
   *
   * @param packed closed by {@link #close()}
   */
  public GzipMembers(InputStream packed) {
    reopen(packed);
  }

  /** As a new instance would; the stream before is forgotten, not closed. */
  public GzipMembers reopen(InputStream next) {
    packed = next;
    position = 0;
    limit = 0;
    passed = 0;
    failure = null;
    state = State.FIRST_MEMBER;
    return this;
  }

  /** Packed bytes that were taken in so far; after an error, where it is. */
  public long packedPosition() {
    return passed + position;
  }

  /**
   * Reads unpacked bytes.
   *
   * @throws EOFException when the data ends inside a member or its header
   * @throws ZipException when it is no gzip data, or not what its checksum says
   */
  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (failure != null) {
      throw failure;
    }
    try {
      return length == 0 ? 0 : readMembers(bytes, offset, length);
    } catch (EOFException | ZipException e) {
      failure = e;
      throw e;
    }
  }

  private int readMembers(byte[] bytes, int offset, int length) throws IOException {
    while (state != State.ENDED) {
      if (state != State.IN_MEMBER) {
        beginMember();
      } else {
        int count = inflate(bytes, offset, length);
        if (count > 0) {
          return count;
        }
      }
    }
    return -1;
  }

  private void beginMember() throws IOException {
    if (state == State.AFTER_MEMBER && !skipZeros()) {
      state = State.ENDED;
      return;
    }
    crc.reset();
    readHeader();
    crc.reset();
    memberBytes = 0;
    inflater.reset();
    inflater.setInput(buffer, position, limit - position);
    state = State.IN_MEMBER;
  }

  /** False at the end of the data. */
  private boolean skipZeros() throws IOException {
    while (position < limit || fill()) {
      if (buffer[position] != 0) {
        return true;
      }
      position++;
    }
    return false;
  }

  private void readHeader() throws IOException {
    if (headerByte() != 0x1F || headerByte() != 0x8B) {
      throw new ZipException(
          state == State.FIRST_MEMBER
              ? "no gzip data"
              : "what follows a complete gzip member is neither another member nor zeros");
    }
    if (headerByte() != DEFLATE) {
      throw new ZipException("a gzip member is compressed by an unknown method");
    }
    int flags = headerByte();
    if ((flags & Flag.RESERVED) != 0) {
      throw new ZipException("a gzip header has unknown flags");
    }
    skipHeader(6);
    if ((flags & Flag.EXTRA) != 0) {
      skipHeader(headerByte() | headerByte() << 8);
    }
    for (int texts = Integer.bitCount(flags & Flag.TEXTS); texts > 0; texts--) {
      while (headerByte() != 0) {}
    }
    if ((flags & Flag.HEADER_CRC) != 0) {
      int expected = (int) crc.getValue() & 0xFFFF;
      if ((headerByte() | headerByte() << 8) != expected) {
        throw new ZipException("a gzip header does not match its checksum");
      }
    }
  }

  private static final class Flag {
    static final int HEADER_CRC = 2;
    static final int EXTRA = 4;
    static final int TEXTS = 8 | 16; // name, comment
    static final int RESERVED = 0xE0;
  }

  private void skipHeader(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      headerByte();
    }
  }

  private int headerByte() throws IOException {
    int b = next("its header");
    crc.update(b);
    return b;
  }

  /** 0 when the member ended or its next packed bytes were read. */
  private int inflate(byte[] bytes, int offset, int length) throws IOException {
    int count;
    try {
      count = inflater.inflate(bytes, offset, length);
    } catch (DataFormatException e) {
      position = limit - inflater.getRemaining();
      throw new ZipException(e.getMessage() == null ? "broken gzip data" : e.getMessage());
    }
    if (count > 0) {
      crc.update(bytes, offset, count);
      memberBytes += count;
    } else if (inflater.finished()) {
      position = limit - inflater.getRemaining();
      readTrailer();
      state = State.AFTER_MEMBER;
    } else if (inflater.needsDictionary()) {
      throw new ZipException("a gzip member needs a dictionary");
    } else {
      position = limit;
      if (!fill()) {
        throw new EOFException("a gzip member is cut off in its data");
      }
      inflater.setInput(buffer, 0, limit);
    }
    return count;
  }

  private void readTrailer() throws IOException {
    if (littleEndian() != crc.getValue()) {
      throw new ZipException("the data does not match its checksum");
    }
    if (littleEndian() != (memberBytes & 0xFFFF_FFFFL)) {
      throw new ZipException("the data does not have the length its trailer gives");
    }
  }

  private long littleEndian() throws IOException {
    long value = 0;
    for (int shift = 0; shift < 32; shift += 8) {
      value |= (long) next("its trailer") << shift;
    }
    return value;
  }

  private int next(String where) throws IOException {
    if (position == limit && !fill()) {
      throw new EOFException("a gzip member is cut off in " + where);
    }
    return buffer[position++] & 0xFF;
  }

  /** False at the end of the data. */
  private boolean fill() throws IOException {
    passed += limit;
    position = 0;
    limit = 0;
    int count = packed.read(buffer, 0, buffer.length);
    limit = Math.max(count, 0);
    return count > 0;
  }

  @Override
  public void close() throws IOException {
    state = State.ENDED;
    inflater.end();
    packed.close();
  }
}
