package io.sluice.handler.csv;

import io.sluice.core.catalog.Target;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.core.chunk.Segment;
import io.sluice.core.feed.FeedFormat;
import io.sluice.handler.csv.CsvTokenizer.Fault;
import io.sluice.handler.encode.FileContext;
import io.sluice.handler.encode.SegmentBuffer;
import io.sluice.handler.reject.Reject;
import io.sluice.handler.value.Chars;
import java.util.ArrayList;
import java.util.List;

/** Turns the rows of a CSV file into a segment; a row that cannot be read is a reject. */
public final class CsvEncoder {

  private static final int RAW = 1_024;

  private final FileContext context;
  private final boolean strict;
  private final char[][] nullValues;
  private final List<CsvColumn> columns;
  private final int fields;
  private final SegmentBuffer segment;
  private long read;
  private long firstTime = Long.MAX_VALUE;
  private long lastTime = Long.MIN_VALUE;
  private long rowTime;
  private boolean timed;

  private CsvEncoder(
      FileContext context, FeedFormat.Csv format, List<String> header, Target target) {
    this.context = context;
    this.strict = format.strict();
    this.nullValues = format.nullValues().stream().map(String::toCharArray).toArray(char[][]::new);
    this.columns = CsvColumns.of(context, format, header, target);
    this.fields = header.size();
    this.segment = context.output().add(segment(target));
  }

  /** Reads all rows of a file. */
  public static CsvEncoder read(CsvText text, FeedFormat.Csv format, FileContext context) {
    boolean any = text.next();
    CsvTokenizer row = text.row();
    List<String> header = any ? header(row, text.hasHeader(), format) : List.of("column_1");
    Target target = context.catalog().target(context.feed(), "");
    CsvEncoder encoder = new CsvEncoder(context, format, header, target);
    if (any && !text.hasHeader()) {
      encoder.row(row);
    }
    while (any && text.next()) {
      encoder.row(row);
    }
    return encoder;
  }

  private static List<String> header(CsvTokenizer row, boolean named, FeedFormat.Csv format) {
    List<String> names = new ArrayList<>();
    List<String> given = new ArrayList<>(format.columns().keySet());
    for (int i = 0; i < row.count(); i++) {
      String positional = i < given.size() ? given.get(i) : "";
      names.add(named ? row.text(i) : positional);
    }
    return CsvColumns.distinct(names);
  }

  private SegmentBuffer segment(Target target) {
    List<Column> list = new ArrayList<>();
    List<Integer> keys = new ArrayList<>();
    for (CsvColumn column : columns) {
      if (column.key && context.merges()) {
        keys.add(list.size());
      }
      list.add(new Column(column.target.column(), column.target.type()));
    }
    list.add(new Column(Segment.FILE, PgType.INT8));
    list.add(new Column(Segment.VERSION, PgType.INT8));
    if (context.merges()) {
      list.add(new Column(Segment.PRESENT, PgType.BYTEA));
    }
    return new SegmentBuffer(
        context.feed(), target.mainTableId(), target.schema(), target.name(), list, keys);
  }

  private void row(CsvTokenizer row) {
    read++;
    if (row.fault() == Fault.UNCLOSED_QUOTE) {
      reject(row, "unclosed_quote", null, "a quote is not closed before the file ends");
    } else if (row.fault() == Fault.TEXT_AFTER_QUOTE) {
      reject(row, "text_after_quote", null, "a closing quote is followed by text");
    } else if (row.count() > fields || (strict && row.count() < fields)) {
      reject(row, "field_count", null, row.count() + " fields where " + fields + " are expected");
    } else {
      encode(row);
    }
  }

  private void encode(CsvTokenizer row) {
    CopyBuffer rows = segment.rows();
    int before = rows.size();
    rows.row(columns.size() + (context.merges() ? 3 : 2));
    timed = false;
    for (int i = 0; i < columns.size(); i++) {
      CsvColumn column = columns.get(i);
      String wrong = put(rows, column, row);
      if (wrong != null) {
        rows.undoRow();
        String reason = wrong.equals(NO_VALUE) ? "no_value" : "bad_value";
        reject(row, reason, column.target.counter(), wrong);
        return;
      }
    }
    if (timed && !context.window().contains(rowTime)) {
      rows.undoRow();
      reject(row, "out_of_window", null, "the target takes times " + context.window());
      return;
    }
    finish(rows, before);
  }

  private void finish(CopyBuffer rows, int before) {
    rows.putLong(context.claim().fileId());
    rows.putLong(context.claim().version());
    if (context.merges()) {
      rows.putNull();
    }
    segment.written(1);
    if (timed) {
      segment.at(rowTime, 0);
      firstTime = Math.min(firstTime, rowTime);
      lastTime = Math.max(lastTime, rowTime);
    }
    context.output().rowDone(rows.size() - before, 1);
  }

  private static final String NO_VALUE = "the target's time and key need a value";

  private String put(CopyBuffer rows, CsvColumn column, CsvTokenizer row) {
    int field = column.field;
    boolean given = field < row.count() && !isNull(column, row, field);
    if (!given && column.fallback == null) {
      rows.putNull();
      return column.time || (column.key && context.merges()) ? NO_VALUE : null;
    }
    char[] chars = given ? row.chars(field) : column.fallback;
    int from = given ? row.from(field) : 0;
    int end = from + (given ? row.length(field) : column.fallback.length);
    if (column.trim) {
      from = Chars.skipBlanks(chars, from, end);
      end = Chars.trimEnd(chars, from, end);
    }
    String wrong = column.parser.put(rows, chars, from, end - from);
    if (wrong == null && column.time) {
      timed = true;
      rowTime = column.parser.micros();
    }
    return wrong;
  }

  /**
   * Quoted text is a value, even an empty one; nothing but text can be read from an empty field.
   */
  private boolean isNull(CsvColumn column, CsvTokenizer row, int field) {
    boolean text = column.target.type() == PgType.TEXT;
    if (text && row.isQuoted(field)) {
      return false;
    }
    int length = row.length(field);
    if (length == 0 && !text) {
      return true;
    }
    for (char[] nullValue : nullValues) {
      if (isSame(nullValue, row.chars(field), row.from(field), length)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSame(char[] wanted, char[] chars, int from, int length) {
    if (wanted.length != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (wanted[i] != chars[from + i]) {
        return false;
      }
    }
    return true;
  }

  private void reject(CsvTokenizer row, String reason, String column, String message) {
    if (context.rejects().count(reason, 1)) {
      context
          .rejects()
          .keep(new Reject(reason, row.line(), 0, null, null, column, 1, message, row.raw(RAW)));
    }
  }

  /** Rows read, header and preamble not counted. */
  public long rows() {
    return read;
  }

  /** Earliest time, microseconds since 1970; {@code Long.MAX_VALUE} without any. */
  public long firstTime() {
    return firstTime;
  }

  /** Latest time; {@code Long.MIN_VALUE} without any. */
  public long lastTime() {
    return lastTime;
  }
}
