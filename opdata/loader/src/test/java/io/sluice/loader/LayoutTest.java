package io.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.catalog.ColumnKey;
import io.sluice.core.catalog.Dimensions.Kind;
import io.sluice.core.catalog.RowColumns;
import io.sluice.core.catalog.Target;
import io.sluice.core.catalog.TargetColumn;
import io.sluice.core.catalog.ValueKind;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.core.feed.Layout;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.StageProtocol;
import io.sluice.loader.PmContent.Row;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layouts beside the usual: tall rows, CSV rows, and counters whose values change their form. */
class LayoutTest {

  @TempDir Path directory;
  private TestLine line;

  @AfterEach
  void stop() {
    line.close();
  }

  private long load(String path, int version, RawContent content) {
    long file = line.found(path, version, content);
    line.load(line.loader());
    return file;
  }

  private void fixed(CopyBuffer rows, BatchFile file, Target target) {
    rows.putTimestamp(TestLine.micros(TestLine.END));
    rows.putInt(900);
    rows.putInt(id(target, Kind.ELEMENT, "gNB-1"));
    rows.putInt(id(target, Kind.OBJECT, "o"));
    rows.putBool(false);
    rows.putLong(file.id());
    rows.putLong(file.version());
  }

  private int id(Target target, Kind kind, String name) {
    return line.dimensions
        .ids(target.schema(), kind, List.of(name), line.feed.target().grants())
        .get(name);
  }

  @Test
  void mergesTallRows_keepingOneFormOfAValue() throws Exception {
    line =
        new TestLine(
            directory,
            "{table: \"pm.{measInfoId}\", layout: tall, mode: merge, partition: {by: none}}");
    Target target = line.catalog.target(line.feed, "g");
    List<Column> columns = RowColumns.before(Layout.TALL);
    List<Integer> keys = List.of(0, 1, 2, 3, 7);
    int a = id(target, Kind.COUNTER, "pmA");
    int b = id(target, Kind.COUNTER, "pmB");
    load(
        "/pm/5.xml",
        5,
        new RawContent(target, columns, keys, 1, (rows, f) -> tall(rows, f, target, a, 1.0, null)));
    long late =
        load(
            "/pm/1.xml",
            1,
            new RawContent(
                target,
                columns,
                keys,
                2,
                (rows, f) -> {
                  tall(rows, f, target, a, null, new BigDecimal("0.1234567890123456789"));
                  tall(rows, f, target, b, 4.0, null);
                }));
    long last =
        load(
            "/pm/9.xml",
            9,
            new RawContent(
                target,
                columns,
                keys,
                2,
                (rows, f) -> {
                  tall(rows, f, target, a, null, new BigDecimal("0.5"));
                  tall(rows, f, target, b, 4.0, null);
                }));

    assertThat(
            line.texts(
                "select element || object || counter || ' ' || coalesce(value::text, '-') || ' '"
                    + " || coalesce(numeric_value::text, '-') from pm.g_v order by counter"))
        .containsExactly("gNB-1opmA - 0.5", "gNB-1opmB 4 -");
    assertThat(line.counts(late)).isEqualTo("loaded: 1+0+1+0+0+0=2, exact");
    assertThat(line.counts(last)).isEqualTo("loaded: 1+1+0+0+0+0=2, exact");
  }

  private void tall(
      CopyBuffer rows, BatchFile file, Target target, int counter, Double value, BigDecimal exact) {
    rows.row(12);
    fixed(rows, file, target);
    rows.putInt(counter);
    if (value == null) {
      rows.putNull();
    } else {
      rows.putDouble(value);
    }
    if (exact == null) {
      rows.putNull();
    } else {
      rows.putNumeric(exact);
    }
    rows.putNull();
    rows.putNull();
  }

  @Test
  void endsTheOtherForm_whenANewerValueIsOfAnotherKind() throws Exception {
    line =
        new TestLine(directory, "{table: \"pm.{measInfoId}\", mode: merge, partition: {by: none}}");
    Target target = line.catalog.target(line.feed, "NRCellDU");
    StageProtocol replica = line.loader(); // knows the table before it gets its second form
    line.file("/pm/a.xml", 1, List.of(Row.of("o", "pmA", 1.0)));
    line.load(replica);
    TargetColumn numeric =
        line.catalog
            .columns(line.feed, target, List.of(ColumnKey.of("pmA", ValueKind.NUMERIC)))
            .get(0);
    List<Column> columns = new ArrayList<>(RowColumns.before(Layout.WIDE));
    columns.add(new Column(numeric.column(), PgType.NUMERIC));
    load(
        "/pm/b.xml",
        5,
        new RawContent(
            target,
            columns,
            List.of(0, 1, 2, 3),
            1,
            (rows, f) -> {
              rows.row(8);
              fixed(rows, f, target);
              rows.putNumeric(new BigDecimal("12345678901234567890"));
            }));

    assertThat(line.text("select coalesce(pma::text, '-') || ' ' || pma__numeric from pm.nrcelldu"))
        .isEqualTo("- 12345678901234567890");
    line.file("/pm/c.xml", 3, List.of(Row.of("o", "pmA", 3.0)));
    line.load(line.loader());
    assertThat(line.text("select coalesce(pma::text, '-') || ' ' || pma__numeric from pm.nrcelldu"))
        .isEqualTo("- 12345678901234567890");
    line.file("/pm/d.xml", 7, List.of(Row.of("o", "pmA", 7.0)));
    line.load(replica);
    assertThat(line.text("select pma || ' ' || coalesce(pma__numeric::text, '-') from pm.nrcelldu"))
        .isEqualTo("7 -");
    line.exact();
  }

  private Target csvTarget() throws Exception {
    line = new TestLine(directory, "{table: pm.rows}");
    String yaml =
        """
        feed: pm
        source:
          directory: {path: "/pm/*.csv"}
        format: {csv: {columns: {cell: text, a: bigint, b: text, c: text}}}
        target: {table: pm.rows, key: [cell], mode: merge, partition: {by: none}}
        """;
    line.feed = TestLine.parse(yaml);
    Target target = line.catalog.target(line.feed, "");
    line.catalog.columns(
        line.feed,
        target,
        List.of(
            new ColumnKey("cell", ValueKind.VALUE, PgType.TEXT),
            new ColumnKey("a", ValueKind.VALUE, PgType.INT8),
            new ColumnKey("b", ValueKind.VALUE, PgType.TEXT),
            new ColumnKey("c", ValueKind.VALUE, PgType.TEXT)));
    return target;
  }

  private List<String> csvStored() {
    return line.texts(
        "select concat_ws(' ', cell, coalesce(a::text, '-'), coalesce(b, '-'), c) from pm.rows order by 1");
  }

  @Test
  void mergesCsvRows_countingEachRowOnce() throws Exception {
    Target target = csvTarget();
    load("/pm/5.csv", 5, csv(target, "cell|a|b", "c1|1|-", "c2|2|x"));
    RawContent older = csv(target, "cell|a|b", "c1|9|filled", "c2|9|y", "c3|3|z");
    long late = load("/pm/1.csv", 1, older);
    long last = load("/pm/9.csv", 9, csv(target, "cell|a|b", "c2|2|x", "c3|-|z"));

    assertThat(csvStored()).containsExactly("c1 1 filled", "c2 2 x", "c3 - z");
    assertThat(line.counts(late)).isEqualTo("loaded: 2+0+1+0+0+0=3, exact");
    assertThat(line.counts(last)).isEqualTo("loaded: 1+1+0+0+0+0=2, exact");
  }

  @Test
  void appliesVersionsInOrder_whateverColumnsTheFilesOfABatchHave() throws Exception {
    Target target = csvTarget();
    line.found("/pm/1.csv", 1, csv(target, "cell|b", "c1|one", "c2|one"));
    line.found("/pm/3.csv", 3, csv(target, "cell|c", "c1|three"));
    line.found("/pm/2.csv", 2, csv(target, "cell|a|b", "c1|2|two", "c3|-|-"));
    line.load(line.loader());

    assertThat(csvStored()).containsExactly("c1 2 two three", "c2 - one", "c3 - -");
    line.exact();
  }

  private static RawContent csv(Target target, String names, String... texts) {
    List<String> fields = List.of(names.split("[|]"));
    List<Column> columns =
        Stream.concat(fields.stream(), Stream.of("_file", "_version"))
            .map(name -> new Column(name, isText(name) ? PgType.TEXT : PgType.INT8))
            .toList();
    return new RawContent(
        target,
        columns,
        List.of(0),
        texts.length,
        (rows, file) -> List.of(texts).forEach(text -> csvRow(rows, file, fields, text)));
  }

  private static boolean isText(String column) {
    return List.of("cell", "b", "c").contains(column);
  }

  private static void csvRow(CopyBuffer rows, BatchFile file, List<String> fields, String text) {
    List<String> values = List.of(text.split("[|]", -1));
    rows.row(fields.size() + 2);
    for (int i = 0; i < fields.size(); i++) {
      if (values.get(i).equals("-")) {
        rows.putNull();
      } else if (isText(fields.get(i))) {
        rows.putText(values.get(i));
      } else {
        rows.putLong(Long.parseLong(values.get(i)));
      }
    }
    rows.putLong(file.id());
    rows.putLong(file.version());
  }
}
