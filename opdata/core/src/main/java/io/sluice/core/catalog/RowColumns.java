package io.sluice.core.catalog;

import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.PgType;
import io.sluice.core.chunk.Segment;
import io.sluice.core.feed.Layout;
import java.util.List;
import java.util.stream.Stream;

/**
 * The columns that every row of a layout has, beside those that the catalogue registers; in this
 * order. The handler encodes them and the loader makes them.
 */
public final class RowColumns {

  /** Where a row came from: the file, and its order among contents of one key. */
  public static final List<Column> ORIGIN =
      List.of(new Column(Segment.FILE, PgType.INT8), new Column(Segment.VERSION, PgType.INT8));

  private static final List<Column> MEASUREMENT =
      List.of(
          new Column("end_time", PgType.TIMESTAMPTZ),
          new Column("granularity", PgType.INT4), // seconds
          new Column("element", PgType.INT4),
          new Column("object", PgType.INT4),
          new Column("suspect", PgType.BOOL));

  private static final List<Column> COUNTER =
      List.of(
          new Column("counter", PgType.INT4),
          new Column("value", PgType.FLOAT8),
          new Column("numeric_value", PgType.NUMERIC),
          new Column("vector", PgType.FLOAT8_ARRAY),
          new Column("numeric_vector", PgType.NUMERIC_ARRAY));

  private RowColumns() {}

  /** What stands before the registered columns. */
  public static List<Column> before(Layout layout) {
    return switch (layout) {
      case WIDE -> concat(MEASUREMENT, ORIGIN);
      case TALL -> concat(concat(MEASUREMENT, ORIGIN), COUNTER);
      case ROWS -> List.of();
    };
  }

  /** What stands after them. */
  public static List<Column> after(Layout layout) {
    return layout == Layout.ROWS ? ORIGIN : List.of();
  }

  private static List<Column> concat(List<Column> first, List<Column> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }
}
