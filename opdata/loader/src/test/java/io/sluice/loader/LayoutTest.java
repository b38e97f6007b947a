package io.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.catalog.ColumnKey;
import io.sluice.core.catalog.Dimensions.Kind;
import io.sluice.core.catalog.Target;
import io.sluice.core.catalog.TargetColumn;
import io.sluice.core.catalog.ValueKind;
import io.sluice.core.chunk.ChunkWriter;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.core.chunk.Segment;
import io.sluice.core.feed.FeedParser;
import io.sluice.core.feed.FeedResult;
import io.sluice.core.ledger.HandleClaim;
import io.sluice.core.ledger.HandledFile;
import io.sluice.core.message.WorkMessage;
import io.sluice.core.staging.StagingWriter;
import io.sluice.loader.LoadResult.Outcome;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layouts beside the usual: tall rows, CSV rows, and counters whose values change their form. */
class LayoutTest {

  private static final List<Column> FIXED =
      List.of(
          new Column("end_time", PgType.TIMESTAMPTZ),
          new Column("granularity", PgType.INT4),
          new Column("element", PgType.INT4),
          new Column("object", PgType.INT4),
          new Column("suspect", PgType.BOOL),
          new Column("_file", PgType.INT8),
          new Column("_version", PgType.INT8));

  @TempDir Path directory;
  private TestLine line;

  @AfterEach
  void stop() {
    line.close();
  }

  private long load(
      String path,
      int version,
      Target target,
      List<Column> columns,
      List<Integer> keys,
      int rows,
      long cells,
      Consumer<HandleClaim> encode,
      CopyBuffer buffer)
      throws Exception {
    long file = line.found(path, version);
    HandleClaim claim = line.claim(file);
    encode.accept(claim);
    Segment head =
        new Segment(
            target.mainTableId(),
            target.schema(),
            target.name(),
            columns,
            rows,
            cells,
            keys,
            List.of(),
            List.of(),
            buffer.size());
    try (StagingWriter out = line.staging.create(line.key(claim, 0))) {
      java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
      try (ChunkWriter writer = new ChunkWriter(bytes, file, claim.handling(), 0)) {
        writer.segment(head, buffer);
      }
      out.write(bytes.toByteArray());
      out.commit();
    }
    line.handles.record(claim, new HandledFile(1, "cell", cells, 0, 0, 0, null, null, null), false);
    List<WorkMessage> chunks = TestLine.messages(claim, 1);
    assertThat(line.worker(TestLine.quick()).load(chunks).outcomes().values())
        .containsOnly(Outcome.DONE);
    return file;
  }

  private void fixed(CopyBuffer rows, HandleClaim claim, Target target) {
    rows.putTimestamp(TestLine.micros(TestLine.END));
    rows.putInt(900);
    rows.putInt(
        line.dimensions
            .ids(target.schema(), Kind.ELEMENT, List.of("e"), line.feed.target().grants())
            .get("e"));
    rows.putInt(
        line.dimensions
            .ids(target.schema(), Kind.OBJECT, List.of("o"), line.feed.target().grants())
            .get("o"));
    rows.putBool(false);
    rows.putLong(claim.fileId());
    rows.putLong(claim.version());
  }

  @Test
  void mergesTallRows_keepingOneFormOfAValue() throws Exception {
    line =
        new TestLine(
            directory,
            "{table: \"pm.{measInfoId}\", layout: tall, mode: merge, partition: {by: none}}");
    Target target = line.catalog.target(line.feed, "g");
    List<Column> columns = new ArrayList<>(FIXED);
    columns.add(new Column("counter", PgType.INT4));
    columns.add(new Column("value", PgType.FLOAT8));
    columns.add(new Column("numeric_value", PgType.NUMERIC));
    columns.add(new Column("vector", PgType.FLOAT8_ARRAY));
    columns.add(new Column("numeric_vector", PgType.NUMERIC_ARRAY));
    columns.add(new Column(Segment.PRESENT, PgType.BYTEA));
    List<Integer> keys = List.of(0, 1, 2, 3, 7);
    Map<String, Integer> counters =
        line.dimensions.ids(
            target.schema(), Kind.COUNTER, List.of("pmA", "pmB"), line.feed.target().grants());

    CopyBuffer first = new CopyBuffer(100);
    load(
        "/pm/5.xml",
        5,
        target,
        columns,
        keys,
        1,
        1,
        c -> tall(first, c, target, counters.get("pmA"), 1.0, null),
        first);
    CopyBuffer older = new CopyBuffer(100);
    long late =
        load(
            "/pm/1.xml",
            1,
            target,
            columns,
            keys,
            2,
            2,
            c -> {
              tall(
                  older,
                  c,
                  target,
                  counters.get("pmA"),
                  null,
                  new BigDecimal("0.1234567890123456789"));
              tall(older, c, target, counters.get("pmB"), 4.0, null);
            },
            older);
    CopyBuffer newer = new CopyBuffer(100);
    long last =
        load(
            "/pm/9.xml",
            9,
            target,
            columns,
            keys,
            2,
            2,
            c -> {
              tall(newer, c, target, counters.get("pmA"), null, new BigDecimal("0.5"));
              tall(newer, c, target, counters.get("pmB"), 4.0, null);
            },
            newer);

    assertThat(
            line.texts(
                "select element || object || counter || ' ' || coalesce(value::text, '-') || ' '"
                    + " || coalesce(numeric_value::text, '-') from pm.g_v order by counter"))
        .containsExactly("eopmA - 0.5", "eopmB 4 -");
    assertThat(line.counts(late)).isEqualTo("loaded: 1+0+1+0+0+0=2, exact");
    assertThat(line.counts(last)).isEqualTo("loaded: 1+1+0+0+0+0=2, exact");
  }

  private void tall(
      CopyBuffer rows,
      HandleClaim claim,
      Target target,
      int counter,
      Double value,
      BigDecimal exact) {
    rows.row(13);
    fixed(rows, claim, target);
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
    rows.putNull();
  }

  @Test
  void endsTheOtherForm_whenANewerValueIsOfAnotherKind() throws Exception {
    line =
        new TestLine(directory, "{table: \"pm.{measInfoId}\", mode: merge, partition: {by: none}}");
    Target target = line.catalog.target(line.feed, "NRCellDU");
    LoadWorker replica = line.worker(); // knows the table before it gets its second form
    long plain =
        replica
            .load(line.file("/pm/a.xml", 1, List.of(TestLine.Row.of("o", "pmA", 1.0))))
            .outcomes()
            .size();
    assertThat(plain).isEqualTo(1);
    TargetColumn numeric =
        line.catalog
            .columns(line.feed, target, List.of(ColumnKey.of("pmA", ValueKind.NUMERIC)))
            .get(0);
    List<Column> columns = new ArrayList<>(FIXED);
    columns.add(new Column(numeric.column(), PgType.NUMERIC));
    columns.add(new Column(Segment.PRESENT, PgType.BYTEA));
    CopyBuffer rows = new CopyBuffer(100);
    load(
        "/pm/b.xml",
        5,
        target,
        columns,
        List.of(0, 1, 2, 3),
        1,
        1,
        c -> {
          rows.row(9);
          rows.putTimestamp(TestLine.micros(TestLine.END));
          rows.putInt(900);
          rows.putInt(
              line.dimensions
                  .ids("pm", Kind.ELEMENT, List.of("gNB-1"), line.feed.target().grants())
                  .get("gNB-1"));
          rows.putInt(
              line.dimensions
                  .ids("pm", Kind.OBJECT, List.of("o"), line.feed.target().grants())
                  .get("o"));
          rows.putBool(false);
          rows.putLong(c.fileId());
          rows.putLong(c.version());
          rows.putNumeric(new BigDecimal("12345678901234567890"));
          rows.putNull();
        },
        rows);

    assertThat(line.text("select coalesce(pma::text, '-') || ' ' || pma__numeric from pm.nrcelldu"))
        .isEqualTo("- 12345678901234567890");
    line.worker().load(line.file("/pm/c.xml", 3, List.of(TestLine.Row.of("o", "pmA", 3.0))));
    assertThat(line.text("select coalesce(pma::text, '-') || ' ' || pma__numeric from pm.nrcelldu"))
        .isEqualTo("- 12345678901234567890");
    replica.load(line.file("/pm/d.xml", 7, List.of(TestLine.Row.of("o", "pmA", 7.0))));
    assertThat(line.text("select pma || ' ' || coalesce(pma__numeric::text, '-') from pm.nrcelldu"))
        .isEqualTo("7 -");
    assertThat(line.texts("select distinct exact from sluice.reconciliation")).containsExactly("t");
  }

  @Test
  void mergesCsvRows_countingEachRowOnce() throws Exception {
    line = new TestLine(directory, "{table: pm.rows}");
    String yaml =
        """
        feed: pm
        source:
          directory: {path: "/pm/*.csv"}
        format: {csv: {columns: {cell: text, a: bigint, b: text}}}
        target: {table: pm.rows, key: [cell], mode: merge, partition: {by: none}}
        """;
    FeedResult parsed = FeedParser.parse("pm.yaml", yaml);
    line.feed = parsed.feed().orElseThrow(() -> new AssertionError(parsed.problems().toString()));
    Target target = line.catalog.target(line.feed, "");
    line.catalog.columns(
        line.feed,
        target,
        List.of(
            new ColumnKey("cell", ValueKind.VALUE, PgType.TEXT),
            new ColumnKey("a", ValueKind.VALUE, PgType.INT8),
            new ColumnKey("b", ValueKind.VALUE, PgType.TEXT)));

    csv("/pm/5.csv", 5, target, "c1|1|-", "c2|2|x");
    long late = csv("/pm/1.csv", 1, target, "c1|9|filled", "c2|9|y", "c3|3|z");
    long last = csv("/pm/9.csv", 9, target, "c2|2|x", "c3|-|z");

    assertThat(
            line.texts(
                "select cell || ' ' || coalesce(a::text, '-') || ' ' || coalesce(b, '-') from pm.rows order by 1"))
        .containsExactly("c1 1 filled", "c2 2 x", "c3 - z");
    assertThat(line.counts(late)).isEqualTo("loaded: 2+0+1+0+0+0=3, exact");
    assertThat(line.counts(last)).isEqualTo("loaded: 1+1+0+0+0+0=2, exact");
  }

  private long csv(String path, int version, Target target, String... texts) throws Exception {
    List<Column> columns =
        List.of(
            new Column("cell", PgType.TEXT),
            new Column("a", PgType.INT8),
            new Column("b", PgType.TEXT),
            new Column("_file", PgType.INT8),
            new Column("_version", PgType.INT8),
            new Column(Segment.PRESENT, PgType.BYTEA));
    CopyBuffer rows = new CopyBuffer(100);
    return load(
        path,
        version,
        target,
        columns,
        List.of(0),
        texts.length,
        texts.length,
        claim -> {
          for (String text : texts) {
            List<String> fields = List.of(text.split("[|]", -1));
            rows.row(6);
            rows.putText(fields.get(0));
            if (fields.get(1).equals("-")) {
              rows.putNull();
            } else {
              rows.putLong(Long.parseLong(fields.get(1)));
            }
            if (fields.get(2).equals("-")) {
              rows.putNull();
            } else {
              rows.putText(fields.get(2));
            }
            rows.putLong(claim.fileId());
            rows.putLong(claim.version());
            rows.putNull();
          }
        },
        rows);
  }
}
