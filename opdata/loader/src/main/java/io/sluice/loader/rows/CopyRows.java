package io.sluice.loader.rows;

import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;

/** Looks into rows that are in binary COPY form: only for those that make trouble. */
public final class CopyRows {

  private static final int RAW_BYTES = 1024;
  private static final int DATE_EPOCH = 10_957; // days from 1970-01-01 to 2000-01-01

  private final RowRange data;
  private final BitSet cellFields;
  private final ByteBuffer bytes;
  private final int[] starts;

  /**
   * @param cellFields positions of the fields that the file's counts speak of; null where they
   *     speak of rows
   */
  public CopyRows(RowRange data, BitSet cellFields) {
    this.data = data;
    this.cellFields = cellFields;
    this.bytes = ByteBuffer.wrap(data.bytes());
    this.starts = new int[data.rows() + 1];
    int at = data.offset();
    for (int row = 0; row < data.rows(); row++) {
      starts[row] = at;
      at = end(at);
    }
    starts[data.rows()] = at;
    if (at != data.offset() + data.length()) {
      throw new IllegalStateException(
          "the rows of a segment of %s do not fill it".formatted(data.head().table()));
    }
  }

  private int end(int start) {
    int at = start + 2;
    for (int field = bytes.getShort(start); field > 0; field--) {
      at += 4 + Math.max(0, bytes.getInt(at));
    }
    return at;
  }

  public int count() {
    return starts.length - 1;
  }

  /** Position of a field's length. */
  private int field(int row, int index) {
    int at = starts[row] + 2;
    for (int i = 0; i < index; i++) {
      at += 4 + Math.max(0, bytes.getInt(at));
    }
    return at;
  }

  /** A timestamp or date field, in microseconds since 1970; null where it is NULL. */
  public Long micros(int row, int index) {
    int at = field(row, index);
    return switch (bytes.getInt(at)) {
      case 8 -> bytes.getLong(at + 4) + CopyBuffer.EPOCH_MICROS;
      case 4 -> (bytes.getInt(at + 4) + DATE_EPOCH) * 86_400_000_000L;
      default -> null;
    };
  }

  /** Units of a row that the file's counts speak of: counters it has, or 1. */
  public long cells(int row) {
    if (cellFields == null) {
      return 1;
    }
    long cells = 0;
    int at = starts[row] + 2;
    for (int field = 0; field < data.head().columns().size(); field++) {
      int length = bytes.getInt(at);
      cells += cellFields.get(field) && isPresent(row, field, length) ? 1 : 0;
      at += 4 + Math.max(0, length);
    }
    return cells;
  }

  /** Without bitmaps, merged rows have all their fields; of appended ones a blank does not show. */
  private boolean isPresent(int row, int field, int length) {
    if (data.head().presence() == 0) {
      return !data.head().keys().isEmpty() || length >= 0;
    }
    return data.isPresent(row, field);
  }

  /** Some of the rows; their units are counted, and never more than all. */
  public RowRange slice(int from, int to) {
    long cells = 0;
    for (int row = from; row < to; row++) {
      cells += cells(row);
    }
    return slice(from, to, Math.min(cells, data.cells()));
  }

  /** Some of the rows, with units that are known otherwise. */
  public RowRange slice(int from, int to, long cells) {
    return data.slice(starts[from], starts[to], from, to - from, cells);
  }

  /**
   * Where a row begins in the bytes; that of the row after the last is where the rows end.
   *
   * @param row from 0
   */
  public int start(int row) {
    return starts[row];
  }

  /** A row for people: {@code end_time=2026-11-20T10:00:00Z, element=17, …}, at most 1 KiB. */
  public String text(int row) {
    StringBuilder text = new StringBuilder();
    int at = starts[row] + 2;
    for (Column column : data.head().columns()) {
      int length = bytes.getInt(at);
      if (length >= 0 && text.length() < RAW_BYTES) {
        text.append(text.isEmpty() ? "" : ", ").append(column.name()).append('=');
        text.append(value(column.type(), at + 4, length));
      }
      at += 4 + Math.max(0, length);
    }
    return Rejects.shortened(text.toString());
  }

  private String value(PgType type, int at, int length) {
    return switch (type) {
      case BOOL -> String.valueOf(bytes.get(at) != 0);
      case INT2 -> String.valueOf(bytes.getShort(at));
      case INT4 -> String.valueOf(bytes.getInt(at));
      case INT8 -> String.valueOf(bytes.getLong(at));
      case FLOAT4 -> String.valueOf(bytes.getFloat(at));
      case FLOAT8 -> String.valueOf(bytes.getDouble(at));
      case DATE -> LocalDate.ofEpochDay(bytes.getInt(at) + (long) DATE_EPOCH).toString();
      case TIMESTAMP, TIMESTAMPTZ -> time(bytes.getLong(at));
      case TEXT -> new String(data.bytes(), at, length, StandardCharsets.UTF_8);
      case JSONB -> new String(data.bytes(), at + 1, length - 1, StandardCharsets.UTF_8);
      case UUID -> new java.util.UUID(bytes.getLong(at), bytes.getLong(at + 8)).toString();
      default -> type.sql() + " of " + length + " bytes";
    };
  }

  private static String time(long postgresMicros) {
    if (postgresMicros == Long.MAX_VALUE || postgresMicros == Long.MIN_VALUE) {
      return postgresMicros > 0 ? "infinity" : "-infinity";
    }
    return Instant.EPOCH
        .plus(postgresMicros, ChronoUnit.MICROS)
        .plus(CopyBuffer.EPOCH_MICROS, ChronoUnit.MICROS)
        .toString();
  }
}
