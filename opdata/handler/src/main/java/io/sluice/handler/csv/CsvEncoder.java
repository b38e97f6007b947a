package io.sluice.handler.csv;

import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.FeedFormat;
import io.sluice.handler.block.BlockStore;
import io.sluice.handler.csv.CsvTokenizer.Fault;
import io.sluice.handler.encode.BatchTarget;
import io.sluice.handler.encode.FileContext;
import io.sluice.handler.encode.SegmentBuffer;
import io.sluice.handler.encode.TableRows;
import io.sluice.handler.reject.Broken;
import io.sluice.handler.reject.Reject;
import io.sluice.handler.value.Chars;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns the rows of a CSV file into a segment; a row that cannot be read is a reject. */
public final class CsvEncoder {

  private static final int RAW = 1_024;
  private static final BadField NO_VALUE =
      new BadField("no_value", "the target's time and key need a value");
  private static final BadField KEY_TOO_LONG =
      BadField.value("the row's key is longer than a PostgreSQL index allows");

  private final FileContext context;
  private final boolean strict;
  private final char[][] nullValues;
  private final CsvHeader header;
  private final List<CsvColumn> columns;
  private final TableRows table;
  private final CsvColumn[] placed;
  private final KeyedRows keyed;
  private RejectFile broken;
  private long read;
  private long firstTime = Long.MAX_VALUE;
  private long lastTime = Long.MIN_VALUE;
  private long rowTime;
  private boolean timed;

  private CsvEncoder(
      FileContext context, FeedFormat.Csv format, CsvHeader header, BlockStore store) {
    BatchTarget target = context.batch().target("");
    this.context = context;
    this.strict = format.strict();
    this.nullValues = format.nullValues().stream().map(String::toCharArray).toArray(char[][]::new);
    this.header = header;
    this.columns = CsvColumns.of(context, format, header, target);
    this.table = target.main();
    this.placed = place(target);
    boolean keys = context.merges() && columns.stream().anyMatch(column -> column.key);
    this.keyed = keys ? new KeyedRows(store) : null;
  }

  /**
   * Reads all rows of a file, or as far as it can be read.
   *
   * @param store empty, for the rows of a target that merges
   * @throws RejectFile when it cannot be read at all
   */
  public static CsvEncoder read(
      CsvText text, FeedFormat.Csv format, FileContext context, BlockStore store) {
    boolean any = text.next();
    CsvTokenizer row = text.row();
    List<String> names = any ? names(row, text.hasHeader(), format) : List.of("column_1");
    CsvEncoder encoder = new CsvEncoder(context, format, new CsvHeader(names), store);
    if (any && !text.hasHeader()) {
      encoder.row(row);
    }
    encoder.rows(text, any);
    return encoder;
  }

  private static List<String> names(CsvTokenizer row, boolean named, FeedFormat.Csv format) {
    List<String> names = new ArrayList<>();
    List<String> given = new ArrayList<>(format.columns().keySet());
    for (int i = 0; i < row.count(); i++) {
      String positional = i < given.size() ? given.get(i) : "";
      names.add(named ? row.text(i) : positional);
    }
    return names;
  }

  private void rows(CsvText text, boolean any) {
    try {
      while (any && text.next()) {
        row(text.row());
      }
    } catch (RejectFile e) {
      if (read == 0 || !Broken.isBreak(e)) {
        throw e;
      }
      broken = e;
    }
    if (keyed != null) {
      keyed.drain(this::write);
    }
  }

  /** The columns of the table in order; those that the file does not have are null. */
  private CsvColumn[] place(BatchTarget target) {
    for (CsvColumn column : columns) {
      table.use(target.place(column.target));
    }
    table.key(columns.stream().filter(c -> c.key).map(c -> c.target.column()).toList());
    table.segment();
    CsvColumn[] placed = new CsvColumn[table.places().length];
    table.clearPresent();
    for (CsvColumn column : columns) {
      int position = target.place(column.target).position();
      placed[position] = column;
      table.setPresent(position);
    }
    return placed;
  }

  private void row(CsvTokenizer row) {
    read++;
    int fields = header.size();
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
    CopyBuffer rows = keyed == null ? table.segment().rows() : keyed.begin();
    int before = rows.size();
    rows.row(table.fields());
    timed = false;
    for (CsvColumn column : placed) {
      if (column == null) {
        rows.putNull();
        continue;
      }
      BadField wrong = put(rows, column, row);
      if (wrong != null) {
        rows.undoRow();
        reject(row, wrong.reason(), column.target.counter(), wrong.message());
        return;
      }
    }
    if (timed && !context.window().contains(rowTime)) {
      rows.undoRow();
      reject(row, "out_of_window", null, "the target accepts times " + context.window());
      return;
    }
    finish(rows, before);
  }

  private void finish(CopyBuffer rows, int before) {
    rows.putLong(context.file().id());
    rows.putLong(context.file().version());
    if (timed) {
      firstTime = Math.min(firstTime, rowTime);
      lastTime = Math.max(lastTime, rowTime);
    }
    if (keyed == null) {
      written(rows.size() - before, timed, rowTime);
    } else {
      keyed.end(timed, rowTime);
    }
  }

  private void write(byte[] bytes, int offset, int length, boolean hasTime, long micros) {
    table.segment().rows().append(bytes, offset, length);
    written(length, hasTime, micros);
  }

  private void written(int bytes, boolean hasTime, long micros) {
    SegmentBuffer segment = table.segment();
    boolean lacks = context.merges() && columns.size() < placed.length;
    segment.written(1, lacks ? table.present() : null);
    if (hasTime) {
      segment.at(micros, 0);
    }
    context.output().rowDone(bytes, 1);
  }

  private BadField put(CopyBuffer rows, CsvColumn column, CsvTokenizer row) {
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
    int start = rows.size();
    BadField wrong = column.parser.put(rows, chars, from, end - from);
    if (wrong == null && column.time) {
      timed = true;
      rowTime = column.parser.micros();
    }
    boolean keyTooLong =
        wrong == null && keyed != null && column.key && !keyed.key(start, column.target.type());
    return keyTooLong ? KEY_TOO_LONG : wrong;
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

  /** Rows that gave way to a later one of their key. */
  public long collapsed() {
    return keyed == null ? 0 : keyed.collapsed();
  }

  /** Of the collapsed, those that differed. */
  public long conflicts() {
    return keyed == null ? 0 : keyed.conflicts();
  }

  /** What was found in the header that might be otherwise, a sentence each. */
  public List<String> notes() {
    return header.notes();
  }

  /** Where and why the file could not be read to its end; empty when it could. */
  public Optional<RejectFile> broken() {
    return Optional.ofNullable(broken);
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
