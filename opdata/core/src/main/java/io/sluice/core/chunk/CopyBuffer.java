package io.sluice.core.chunk;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.postgresql.util.ByteConverter;

/**
 * Rows in PostgreSQL's binary COPY form, without the file header and trailer, growing in one byte
 * array. See https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"; values as
 * their type's send function writes them. The hot path: no allocation but the array's growth.
 */
public final class CopyBuffer {

  /** Microseconds between 1970-01-01 and PostgreSQL's 2000-01-01. */
  public static final long EPOCH_MICROS = 946_684_800_000_000L;

  private byte[] array;
  private ByteBuffer bytes;
  private int mark;

  public CopyBuffer(int capacity) {
    array = new byte[Math.max(capacity, 64)];
    bytes = ByteBuffer.wrap(array);
  }

  public int size() {
    return bytes.position();
  }

  public void clear() {
    truncate(0);
  }

  public void writeTo(OutputStream out) throws IOException {
    out.write(array, 0, size());
  }

  /** Bytes it can hold without growing. */
  public int capacity() {
    return array.length;
  }

  /** The four bytes of an int that were written before. */
  public int getInt(int at) {
    return bytes.getInt(at);
  }

  /** Writes over the four bytes of an int that were written before. */
  public void setInt(int at, int value) {
    bytes.putInt(at, value);
  }

  /** The array that holds what was written, until more is written. */
  public byte[] array() {
    return array;
  }

  /** Begins a row; the caller then writes exactly this many fields. */
  public void row(int fields) {
    mark = size();
    ensure(2);
    bytes.putShort((short) fields);
  }

  /** Drops the row begun last. */
  public void undoRow() {
    bytes.position(mark);
  }

  /** Drops what was written from a position on. */
  public void truncate(int to) {
    bytes.position(to);
    mark = to;
  }

  public void putNull() {
    length(-1, 0);
  }

  /** As many NULLs one after the other. */
  public void putNulls(int count) {
    fill(4 * count);
  }

  /** Appends bytes that have all bits set. */
  public void fill(int count) {
    ensure(count);
    int end = size() + count;
    Arrays.fill(array, size(), end, (byte) -1);
    bytes.position(end);
  }

  public void putBool(boolean value) {
    length(1, 1);
    bytes.put((byte) (value ? 1 : 0));
  }

  public void putShort(short value) {
    length(2, 2);
    bytes.putShort(value);
  }

  public void putInt(int value) {
    length(4, 4);
    bytes.putInt(value);
  }

  public void putLong(long value) {
    length(8, 8);
    bytes.putLong(value);
  }

  public void putDouble(double value) {
    putLong(Double.doubleToRawLongBits(value));
  }

  public void putFloat(float value) {
    putInt(Float.floatToRawIntBits(value));
  }

  /**
   * A timestamptz or timestamp.
   *
   * @param epochMicros microseconds since 1970-01-01 (UTC, or local for timestamp)
   */
  public void putTimestamp(long epochMicros) {
    putLong(epochMicros - EPOCH_MICROS);
  }

  /**
   * A date.
   *
   * @param epochDay days since 1970-01-01
   */
  public void putDate(int epochDay) {
    putInt(epochDay - 10_957);
  }

  /** An interval of months, days and microseconds, kept apart as PostgreSQL does. */
  public void putInterval(int months, int days, long micros) {
    length(16, 16);
    bytes.putLong(micros).putInt(days).putInt(months);
  }

  public void putBytes(byte[] value, int offset, int count) {
    length(count, count);
    bytes.put(value, offset, count);
  }

  public void putUuid(long mostSignificant, long leastSignificant) {
    length(16, 16);
    bytes.putLong(mostSignificant).putLong(leastSignificant);
  }

  /** Text as UTF-8; unpaired surrogates become "?", NUL must have been rejected before. */
  public void putText(char[] value, int offset, int count) {
    ensure(4 + count);
    byte[] target = array;
    int start = size() + 4;
    for (int i = 0; i < count; i++) {
      char c = value[offset + i];
      if (c >= 0x80) {
        putText(new String(value, offset, count));
        return;
      }
      target[start + i] = (byte) c;
    }
    bytes.putInt(count).position(start + count);
  }

  /** Text, or NULL for null. */
  public void putText(String value) {
    if (value == null) {
      putNull();
      return;
    }
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    putBytes(utf8, 0, utf8.length);
  }

  /** A jsonb value is its version byte and the text. */
  public void putJsonb(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    length(utf8.length + 1, utf8.length + 1);
    bytes.put((byte) 1).put(utf8);
  }

  /** A numeric: rare next to doubles, so it may allocate. */
  public void putNumeric(BigDecimal value) {
    byte[] numeric = ByteConverter.numeric(value);
    putBytes(numeric, 0, numeric.length);
  }

  /**
   * A one-dimensional array, whose elements the caller then writes, as fields are written.
   *
   * @return what {@link #endArray} wants
   */
  public int beginArray(PgType element, int count) {
    int start = size();
    length(0, 20);
    // There may be NULLs: PostgreSQL looks itself.
    bytes.putInt(count == 0 ? 0 : 1).putInt(1).putInt(element.oid());
    if (count > 0) {
      bytes.putInt(count).putInt(1);
    }
    return start;
  }

  public void endArray(int start) {
    bytes.putInt(start, size() - start - 4);
  }

  /** Appends a row or part of one that another buffer holds. */
  public void append(byte[] source, int offset, int count) {
    ensure(count);
    bytes.put(source, offset, count);
  }

  /** Clears a bit, of byte i / 8 from a position on, lowest first. */
  public void clearBit(int from, int bit) {
    array[from + bit / 8] &= (byte) ~(1 << (bit % 8));
  }

  private void length(int value, int following) {
    ensure(4 + following);
    bytes.putInt(value);
  }

  private void ensure(int more) {
    if (bytes.remaining() < more) {
      int size = size();
      array = Arrays.copyOf(array, Math.max(size + more, array.length + (array.length >> 1)));
      bytes = ByteBuffer.wrap(array).position(size);
    }
  }
}
