package io.sluice.handler.csv;

import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.core.fate.RejectFile;
import io.sluice.core.feed.FeedFormat;
import io.sluice.handler.block.BlockStore;
import io.sluice.handler.csv.CsvTokenizer.Fault;
import io.sluice.handler.encode.BatchContext;
import io.sluice.handler.encode.BatchTarget;
import io.sluice.handler.encode.FileContext;
import io.sluice.handler.encode.FileCounts;
import io.sluice.handler.encode.SegmentBuffer;
import io.sluice.handler.encode.TableRows;
import io.sluice.handler.reject.Broken;
import io.sluice.handler.reject.Reject;
import io.sluice.handler.value.Chars;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Turns the rows of a CSV file into a segment; a row that cannot be read is a reject. */
public final class CsvEncoder {

  private static final int RAW = 1_024;
  private static final long NO_TIME = Long.MIN_VALUE;
  private static final BadField NO_VALUE =
      new BadField("no_value", "the target's time and key need a value");
  private static final BadField KEY_TOO_LONG =
      BadField.value("the row's key is longer than a PostgreSQL index allows");

  private final FileContext context;
  private final BatchContext batch;
  private final FeedFormat.Csv format;
  private final char[][] nullValues;
  private final CsvHeader header;
  private final List<CsvColumn> columns;
  private final TableRows table;
  private final CsvColumn[] placed;
  private final KeyedRows keyed;
  private final BlockStore store;
  private long read;
  private long firstTime = Long.MAX_VALUE;
  private long lastTime = Long.MIN_VALUE;
  private long rowTime;

  private CsvEncoder(
      FileContext context, FeedFormat.Csv format, CsvHeader header, BlockStore store) {
    this.context = context;
    this.batch = context.batch();
    this.format = format;
    this.store = store;
    BatchTarget target = batch.target("");
    this.nullValues = format.nullValues().stream().map(String::toCharArray).toArray(char[][]::new);
    this.header = header;
    this.columns = CsvColumns.of(batch, format, header, target);
    this.table = target.main();
    this.placed = place(target);
    boolean keys = batch.merges() && columns.stream().anyMatch(CsvColumn::key);
    this.keyed = keys ? new KeyedRows(store) : null;
  }

  /**
   * Reads all rows of a file, or as far as it can be read.
   *
   * @param store empty, for the rows of a target that merges
   * @return what was read
   * @throws RejectFile when it cannot be read at all
   */
  public static FileCounts read(
      CsvText text, FeedFormat.Csv format, FileContext context, BlockStore store) {
    CsvTokenizer row = text.row();
    if (!text.next()) {
      throw new RejectFile("empty", "line " + row.line(), "the file has neither a header nor rows");
    }
    List<String> names = names(row, text.hasHeader(), format);
    CsvEncoder encoder = new CsvEncoder(context, format, new CsvHeader(names), store);
    if (!text.hasHeader()) {
      encoder.row(row);
    }
    encoder.rows(text);
    return encoder.counts(text);
  }

  private static List<String> names(CsvTokenizer row, boolean named, FeedFormat.Csv format) {
    List<String> given = List.copyOf(format.columns().keySet());
    return IntStream.range(0, row.count())
        .mapToObj(i -> named ? row.text(i) : i < given.size() ? given.get(i) : "")
        .toList();
  }

  private void rows(CsvText text) {
    try {
      while (text.next()) {
        row(text.row());
      }
    } catch (RejectFile e) {
      if (read == 0 || !Broken.isBreak(e)) {
        throw e;
      }
      Broken.keepOrReject(e, format.onTruncated(), context.rejects());
    }
    if (keyed != null) {
      keyed.drain(this::write);
    }
  }

  private FileCounts counts(CsvText text) {
    List<String> notes = new ArrayList<>(text.notes());
    notes.addAll(header.notes());
    return FileCounts.of("row", read, store, null, firstTime, lastTime, notes);
  }

  /** The columns of the table in order; those that the file does not have are null. */
  private CsvColumn[] place(BatchTarget target) {
    for (CsvColumn column : columns) {
      target.place(column.target()).use();
    }
    table.key(columns.stream().filter(CsvColumn::key).map(c -> c.target().column()).toList());
    table.segment();
    CsvColumn[] placed = new CsvColumn[table.places().length];
    for (CsvColumn column : columns) {
      placed[target.place(column.target()).position()] = column;
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
    } else if (row.count() > fields || (format.strict() && row.count() < fields)) {
      reject(row, "field_count", null, row.count() + " fields where " + fields + " are expected");
    } else {
      encode(row);
    }
  }

  private void encode(CsvTokenizer row) {
    CopyBuffer rows = keyed == null ? table.segment().rows() : keyed.begin();
    int before = rows.size();
    rows.row(table.fields());
    rowTime = NO_TIME;
    for (CsvColumn column : placed) {
      if (column == null) {
        rows.putNull();
        continue;
      }
      BadField wrong = put(rows, column, row);
      if (wrong != null) {
        rows.undoRow();
        reject(row, wrong.reason(), column.target().counter(), wrong.message());
        return;
      }
    }
    if (rowTime != NO_TIME && !batch.window().contains(rowTime)) {
      rows.undoRow();
      reject(row, "out_of_window", null, "the target accepts times " + batch.window());
      return;
    }
    finish(rows, before);
  }

  private void finish(CopyBuffer rows, int before) {
    rows.putLong(context.file().id());
    rows.putLong(context.file().version());
    if (rowTime != NO_TIME) {
      firstTime = Math.min(firstTime, rowTime);
      lastTime = Math.max(lastTime, rowTime);
    }
    if (keyed == null) {
      written(rows.size() - before, rowTime);
    } else {
      keyed.end(rowTime);
    }
  }

  private void write(byte[] bytes, int offset, int length, long micros) {
    table.segment().rows().append(bytes, offset, length);
    written(length, micros);
  }

  private void written(int bytes, long micros) {
    SegmentBuffer segment = table.segment();
    for (int i = 0; batch.merges() && i < placed.length; i++) {
      if (placed[i] == null) {
        table.places()[i].lacks();
      }
    }
    segment.written(1);
    if (micros != NO_TIME) {
      segment.at(micros, 0);
    }
    batch.output().rowDone(bytes, 1);
  }

  private BadField put(CopyBuffer rows, CsvColumn column, CsvTokenizer row) {
    int field = column.field();
    boolean given = field < row.count() && !isNull(column, row, field);
    if (!given && column.fallback() == null) {
      rows.putNull();
      return column.time() || (column.key() && batch.merges()) ? NO_VALUE : null;
    }
    char[] chars = given ? row.chars(field) : column.fallback().toCharArray();
    int from = given ? row.from(field) : 0;
    int end = given ? from + row.length(field) : chars.length;
    if (column.trim()) {
      from = Chars.skipBlanks(chars, from, end);
      end = Chars.trimEnd(chars, from, end);
    }
    int start = rows.size();
    BadField wrong = column.parser().put(rows, chars, from, end - from);
    if (wrong == null && column.time()) {
      rowTime = column.parser().micros();
    }
    boolean keyTooLong =
        wrong == null && keyed != null && column.key() && !keyed.key(start, column.target().type());
    return keyTooLong ? KEY_TOO_LONG : wrong;
  }

  /**
   * Quoted text is a value, even an empty one; nothing but text can be read from an empty field.
   */
  private boolean isNull(CsvColumn column, CsvTokenizer row, int field) {
    boolean text = column.target().type() == PgType.TEXT;
    if (text && row.isQuoted(field)) {
      return false;
    }
    int length = row.length(field);
    if (length == 0 && !text) {
      return true;
    }
    int from = row.from(field);
    for (char[] nullValue : nullValues) {
      if (Arrays.equals(nullValue, 0, nullValue.length, row.chars(field), from, from + length)) {
        return true;
      }
    }
    return false;
  }

  private void reject(CsvTokenizer row, String reason, String column, String message) {
    context
        .rejects()
        .add(
            reason,
            1,
            () -> new Reject(reason, row.line(), 0, null, null, column, 1, message, row.raw(RAW)));
  }
}
