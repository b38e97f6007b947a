package io.sluice.handler.input;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;

/**
 * Text of bytes. Unlike {@link java.io.InputStreamReader} it hands out everything before broken
 * bytes or a failing stream before it fails, drops every byte-order mark at the start, and can be
 * opened again, so that its buffers and decoder serve the next file.
 */
public final class TextDecoder extends Reader {

  private static final int BUFFER = 16 << 10;
  private static final char MARK = '\uFEFF';

  private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER);
  private final CharBuffer chars = CharBuffer.allocate(BUFFER);
  private InputStream in = InputStream.nullInputStream();
  private CharsetDecoder decoder;
  private boolean ended;
  private boolean started;
  private boolean finished;

  /**
   * Begins with the next text.
   *
   * @param next stays the caller's to close
   */
  public TextDecoder open(InputStream next, Charset charset) {
    in = next;
    ended = false;
    started = false;
    finished = false;
    bytes.clear().flip();
    chars.clear().flip();
    if (decoder == null || !decoder.charset().equals(charset)) {
      decoder = charset.newDecoder(); // which reports what it cannot decode
    }
    decoder.reset();
    return this;
  }

  /**
   * Reads chars.
   *
   * @throws CharacterCodingException when the next bytes are not of the charset
   */
  @Override
  public int read(char[] target, int offset, int length) throws IOException {
    while (length > 0 && !chars.hasRemaining() && !finished) {
      decode();
    }
    int count = Math.min(length, chars.remaining());
    chars.get(target, offset, count);
    return count == 0 && length > 0 ? -1 : count;
  }

  private void decode() throws IOException {
    chars.clear();
    try {
      CoderResult result = decoder.decode(bytes, chars, ended);
      if (chars.position() == 0) {
        if (result.isError()) {
          result.throwException();
        }
        fill();
      }
    } finally {
      chars.flip();
    }
    while (!started && chars.hasRemaining()) {
      started = chars.get(chars.position()) != MARK;
      chars.position(chars.position() + (started ? 0 : 1));
    }
  }

  private void fill() throws IOException {
    if (ended) {
      finished = true;
      decoder.flush(chars);
      return;
    }
    bytes.compact();
    try {
      int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
      ended = count < 0;
      bytes.position(bytes.position() + Math.max(count, 0));
    } finally {
      bytes.flip();
    }
  }

  /** Nothing: the stream is the caller's. */
  @Override
  public void close() {}
}
