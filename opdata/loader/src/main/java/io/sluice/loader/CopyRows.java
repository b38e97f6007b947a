package io.sluice.loader;

import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.core.chunk.Segment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Looks into rows that are in binary COPY form: only for those that make trouble. */
final class CopyRows {

  private static final int RAW_BYTES = 1024;
  private static final int DATE_EPOCH = 10_957; // days from 1970-01-01 to 2000-01-01

  private final SegmentData data;
  private final ByteBuffer bytes;
  private final int[] starts;

  CopyRows(SegmentData data) {
    this.data = data;
    this.bytes = ByteBuffer.wrap(data.bytes());
    this.starts = new int[(int) data.rows() + 1];
    int at = data.offset();
    for (int row = 0; row < data.rows(); row++) {
      starts[row] = at;
      at = end(at);
    }
    starts[(int) data.rows()] = at;
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

  int count() {
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
  Long micros(int row, int index) {
    int at = field(row, index);
    return switch (bytes.getInt(at)) {
      case 8 -> bytes.getLong(at + 4) + CopyBuffer.EPOCH_MICROS;
      case 4 -> (bytes.getInt(at + 4) + DATE_EPOCH) * 86_400_000_000L;
      default -> null;
    };
  }

  /** Units of a row that the file's counts speak of: present counters, or 1. */
  long cells(int row, CopyGroup group) {
    if (group.table().layout() != TargetTable.Layout.WIDE) {
      return 1;
    }
    List<Column> columns = group.columns();
    int last = columns.size() - 1;
    boolean tells = columns.get(last).name().equals(Segment.PRESENT);
    int present = tells ? field(row, last) : -1;
    boolean all = tells && bytes.getInt(present) < 0;
    long cells = 0;
    int at = starts[row] + 2;
    for (int i = 0; i < columns.size(); i++) {
      int length = bytes.getInt(at);
      if (group.isCell(columns.get(i)) && (all || (tells ? bit(present, i) : length >= 0))) {
        cells++;
      }
      at += 4 + Math.max(0, length);
    }
    return cells;
  }

  private boolean bit(int field, int i) {
    int octet = i / 8;
    return octet < bytes.getInt(field) && (bytes.get(field + 4 + octet) >> (i % 8) & 1) == 1;
  }

  /** Some of the rows; their cells are counted, and never more than all. */
  SegmentData slice(int from, int to, CopyGroup group) {
    long cells = 0;
    for (int row = from; row < to; row++) {
      cells += cells(row, group);
    }
    return slice(from, to, Math.min(cells, data.cells()));
  }

  SegmentData slice(int from, int to, long cells) {
    return data.slice(starts[from], starts[to], (long) to - from, cells);
  }

  /** A row for people: {@code end_time=2026-11-20T10:00:00Z, element=17, …}, at most 1 KiB. */
  String text(int row) {
    StringBuilder text = new StringBuilder();
    List<Column> columns = data.head().columns();
    int at = starts[row] + 2;
    for (Column column : columns) {
      int length = bytes.getInt(at);
      if (length >= 0 && !column.name().equals(Segment.PRESENT) && text.length() < RAW_BYTES) {
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
