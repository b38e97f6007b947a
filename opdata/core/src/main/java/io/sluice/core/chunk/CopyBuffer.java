package io.sluice.core.chunk;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Rows in PostgreSQL's binary COPY form, without the file header and trailer, growing in one byte
 * array. See https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"; values as
 * their type's send function writes them. The hot path: no allocation but the array's growth.
 */
public final class CopyBuffer {

  /** Microseconds between 1970-01-01 and PostgreSQL's 2000-01-01. */
  public static final long EPOCH_MICROS = 946_684_800_000_000L;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private byte[] bytes;
  private int size;
  private int mark;

  public CopyBuffer(int capacity) {
    bytes = new byte[Math.max(capacity, 64)];
  }

  public int size() {
    return size;
  }

  public void clear() {
    size = 0;
    mark = 0;
  }

  public void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, size);
  }

  /** Bytes it can hold without growing. */
  public int capacity() {
    return bytes.length;
  }

  /** The four bytes of an int that were written before. */
  public int getInt(int at) {
    return (int) INT.get(bytes, at);
  }

  /** Writes over the four bytes of an int that were written before. */
  public void setInt(int at, int value) {
    INT.set(bytes, at, value);
  }

  /** Copies bytes that were written out of the buffer. */
  public void get(int from, byte[] target, int offset, int count) {
    System.arraycopy(bytes, from, target, offset, count);
  }

  /** Begins a row; the caller then writes exactly this many fields. */
  public void row(int fields) {
    mark = size;
    ensure(2);
    SHORT.set(bytes, size, (short) fields);
    size += 2;
  }

  /** Drops the row begun last. */
  public void undoRow() {
    size = mark;
  }

  /** Drops what was written from a position on. */
  public void truncate(int to) {
    size = to;
    mark = to;
  }

  public void putNull() {
    length(-1, 0);
  }

  /** As many NULLs one after the other. */
  public void putNulls(int count) {
    ensure(4 * count);
    Arrays.fill(bytes, size, size + 4 * count, (byte) -1);
    size += 4 * count;
  }

  public void putBool(boolean value) {
    length(1, 1);
    bytes[size++] = (byte) (value ? 1 : 0);
  }

  public void putShort(short value) {
    length(2, 2);
    SHORT.set(bytes, size, value);
    size += 2;
  }

  public void putInt(int value) {
    length(4, 4);
    INT.set(bytes, size, value);
    size += 4;
  }

  public void putLong(long value) {
    length(8, 8);
    LONG.set(bytes, size, value);
    size += 8;
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
    LONG.set(bytes, size, micros);
    INT.set(bytes, size + 8, days);
    INT.set(bytes, size + 12, months);
    size += 16;
  }

  public void putBytes(byte[] value, int offset, int count) {
    length(count, count);
    System.arraycopy(value, offset, bytes, size, count);
    size += count;
  }

  public void putUuid(long mostSignificant, long leastSignificant) {
    length(16, 16);
    LONG.set(bytes, size, mostSignificant);
    LONG.set(bytes, size + 8, leastSignificant);
    size += 16;
  }

  /** Text as UTF-8; unpaired surrogates become "?", NUL must have been rejected before. */
  public void putText(char[] value, int offset, int count) {
    ensure(4 + 3 * count);
    int start = size;
    size += 4;
    for (int i = offset, end = offset + count; i < end; i++) {
      char c = value[i];
      if (c < 0x80) {
        bytes[size++] = (byte) c;
      } else {
        i += putCodePoint(Character.codePointAt(value, i, end)) - 1;
      }
    }
    INT.set(bytes, start, size - start - 4);
  }

  public void putText(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    putBytes(utf8, 0, utf8.length);
  }

  /** A jsonb value is its version byte and the text. */
  public void putJsonb(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    length(utf8.length + 1, utf8.length + 1);
    bytes[size++] = 1;
    System.arraycopy(utf8, 0, bytes, size, utf8.length);
    size += utf8.length;
  }

  private int putCodePoint(int codePoint) {
    if (codePoint < 0x800) {
      bytes[size++] = (byte) (0xC0 | (codePoint >> 6));
      bytes[size++] = (byte) (0x80 | (codePoint & 0x3F));
      return 1;
    }
    if (codePoint < 0x10000) {
      if (Character.isSurrogate((char) codePoint)) {
        bytes[size++] = '?';
        return 1;
      }
      bytes[size++] = (byte) (0xE0 | (codePoint >> 12));
      bytes[size++] = (byte) (0x80 | ((codePoint >> 6) & 0x3F));
      bytes[size++] = (byte) (0x80 | (codePoint & 0x3F));
      return 1;
    }
    bytes[size++] = (byte) (0xF0 | (codePoint >> 18));
    bytes[size++] = (byte) (0x80 | ((codePoint >> 12) & 0x3F));
    bytes[size++] = (byte) (0x80 | ((codePoint >> 6) & 0x3F));
    bytes[size++] = (byte) (0x80 | (codePoint & 0x3F));
    return 2;
  }

  /** A numeric: rare next to doubles, so it may allocate. */
  public void putNumeric(BigDecimal value) {
    int start = size;
    length(0, 0);
    PgNumeric.write(this, value);
    INT.set(bytes, start, size - start - 4);
  }

  /**
   * A one-dimensional double precision[].
   *
   * @param nulls true where an element is NULL
   */
  public void putDoubleArray(double[] values, boolean[] nulls, int count) {
    int start = beginArray(nulls, count, PgType.FLOAT8);
    for (int i = 0; i < count; i++) {
      if (nulls[i]) {
        putNull();
      } else {
        putDouble(values[i]);
      }
    }
    endArray(start);
  }

  /** A one-dimensional numeric[]; null elements are NULL. */
  public void putNumericArray(BigDecimal[] values, int count) {
    boolean[] nulls = new boolean[count];
    for (int i = 0; i < count; i++) {
      nulls[i] = values[i] == null;
    }
    int start = beginArray(nulls, count, PgType.NUMERIC);
    for (int i = 0; i < count; i++) {
      if (nulls[i]) {
        putNull();
      } else {
        putNumeric(values[i]);
      }
    }
    endArray(start);
  }

  private int beginArray(boolean[] nulls, int count, PgType element) {
    int start = size;
    length(0, 20);
    boolean anyNull = false;
    for (int i = 0; i < count; i++) {
      anyNull |= nulls[i];
    }
    rawInt(count == 0 ? 0 : 1);
    rawInt(anyNull ? 1 : 0);
    rawInt(element.oid());
    if (count > 0) {
      rawInt(count);
      rawInt(1);
    }
    return start;
  }

  private void endArray(int start) {
    INT.set(bytes, start, size - start - 4);
  }

  /** Appends a row or part of one that another buffer holds. */
  public void append(byte[] source, int offset, int count) {
    ensure(count);
    System.arraycopy(source, offset, bytes, size, count);
    size += count;
  }

  void rawShort(int value) {
    ensure(2);
    SHORT.set(bytes, size, (short) value);
    size += 2;
  }

  private void rawInt(int value) {
    ensure(4);
    INT.set(bytes, size, value);
    size += 4;
  }

  private void length(int value, int following) {
    ensure(4 + following);
    INT.set(bytes, size, value);
    size += 4;
  }

  private void ensure(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length + (bytes.length >> 1)));
    }
  }
}
