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
import java.nio.charset.CodingErrorAction;

/**
 * Text of bytes. Unlike {@link java.io.InputStreamReader} it hands out everything before broken
 * bytes or a failing stream before it fails, drops every byte-order mark at the start, and can be
 * opened again, so that its buffer and decoder serve the next file.
 */
public final class TextDecoder extends Reader {

  private static final int BUFFER = 16 << 10;
  private static final char MARK = '\uFEFF';

  private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER);
  private final CharBuffer pair = CharBuffer.allocate(2);
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
    pair.clear().flip();
    if (decoder == null || !decoder.charset().equals(charset)) {
      decoder =
          charset
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT);
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
  public int read(char[] chars, int offset, int length) throws IOException {
    if (length == 0 || finished) {
      return length == 0 ? 0 : -1;
    }
    int count = decode(chars, offset, length);
    while (!started && count > 0) {
      int marks = 0;
      while (marks < count && chars[offset + marks] == MARK) {
        marks++;
      }
      System.arraycopy(chars, offset + marks, chars, offset, count - marks);
      started = marks < count;
      count = started ? count - marks : decode(chars, offset, length);
    }
    return count;
  }

  private int decode(char[] chars, int offset, int length) throws IOException {
    if (length == 1 || pair.hasRemaining()) {
      return decodeOne(chars, offset);
    }
    return decode(CharBuffer.wrap(chars, offset, length));
  }

  /** A char that may be the first of a pair. */
  private int decodeOne(char[] chars, int offset) throws IOException {
    if (!pair.hasRemaining()) {
      pair.clear();
      try {
        if (decode(pair) < 0) {
          return -1;
        }
      } finally {
        pair.flip();
      }
    }
    chars[offset] = pair.get();
    return 1;
  }

  private int decode(CharBuffer out) throws IOException {
    int start = out.position();
    while (true) {
      CoderResult result = decoder.decode(bytes, out, ended);
      if (out.position() > start) {
        return out.position() - start;
      }
      if (result.isError()) {
        result.throwException();
      }
      if (ended) {
        finished = true;
        decoder.flush(out);
        return out.position() > start ? out.position() - start : -1;
      }
      fill();
    }
  }

  private void fill() throws IOException {
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
