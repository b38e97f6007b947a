package io.sluice.loader;

import io.sluice.core.catalog.ColumnKey;
import io.sluice.core.catalog.Dimensions.Kind;
import io.sluice.core.catalog.RowColumns;
import io.sluice.core.catalog.Target;
import io.sluice.core.catalog.TargetColumn;
import io.sluice.core.catalog.TimePartitions;
import io.sluice.core.catalog.ValueKind;
import io.sluice.core.chunk.ChunkWriter;
import io.sluice.core.chunk.Column;
import io.sluice.core.chunk.CopyBuffer;
import io.sluice.core.chunk.PgType;
import io.sluice.core.chunk.Segment;
import io.sluice.core.chunk.Segment.Run;
import io.sluice.core.chunk.UsedIds;
import io.sluice.core.feed.FeedTarget.Grants;
import io.sluice.core.feed.FeedTarget.Mode;
import io.sluice.core.feed.Layout;
import io.sluice.core.work.BatchFile;
import io.sluice.core.work.Claim;
import io.sluice.loader.PmContent.Row;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** Encodes one chunk of a batch: all its files into shared segments, a run for each. */
final class ChunkEncoder {

  private static final int FIXED = RowColumns.before(Layout.WIDE).size();

  private final TestLine line;
  private final Claim claim;
  private final int chunk;
  private final boolean merge;
  private final TimePartitions partitions;
  private final Set<String> elements = new LinkedHashSet<>();
  private final Set<String> objects = new LinkedHashSet<>();
  private final Set<String> schemas = new HashSet<>();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  ChunkEncoder(TestLine line, Claim claim, int chunk) {
    this.line = line;
    this.claim = claim;
    this.chunk = chunk;
    this.merge = line.feed.target().mode() == Mode.MERGE;
    this.partitions = new TimePartitions(line.feed.target().partition(), line.feed.zone());
  }

  byte[] encode(Map<Long, TestLine.Content> contents) throws IOException {
    Map<String, Map<BatchFile, List<Row>>> groups = new TreeMap<>();
    try (ChunkWriter writer = new ChunkWriter(bytes, claim.token(), chunk)) {
      for (BatchFile file : claim.files()) {
        TestLine.Content content = contents.get(file.id());
        if (content instanceof PmContent pm && !pm.part(chunk).isEmpty()) {
          groups.computeIfAbsent(pm.group(), g -> new LinkedHashMap<>()).put(file, pm.part(chunk));
        } else if (content instanceof RawContent raw && chunk == 0) {
          raw(writer, file, raw);
        }
      }
      for (Map.Entry<String, Map<BatchFile, List<Row>>> group : groups.entrySet()) {
        group(writer, group.getKey(), group.getValue());
      }
      for (String schema : schemas) {
        writer.ids(used(schema, Kind.ELEMENT, elements));
        writer.ids(used(schema, Kind.OBJECT, objects));
      }
    }
    return bytes.toByteArray();
  }

  private UsedIds used(String schema, Kind kind, Set<String> names) {
    Map<Integer, UUID> keys = new LinkedHashMap<>();
    String all =
        "select id || ' ' || key || ' ' || name from %s.%s".formatted(schema, kind.table());
    for (String row : line.texts(all)) {
      String[] fields = row.split(" ", 3);
      if (names.contains(fields[2])) {
        keys.put(Integer.valueOf(fields[0]), UUID.fromString(fields[1]));
      }
    }
    return new UsedIds(schema, kind.table(), keys);
  }

  private int id(String schema, Kind kind, String name) {
    return line.dimensions.ids(schema, kind, List.of(name), line.feed.target().grants()).get(name);
  }

  private void raw(ChunkWriter writer, BatchFile file, RawContent raw) throws IOException {
    CopyBuffer rows = new CopyBuffer(1024);
    raw.encode().accept(rows, file);
    Run run = new Run(file.id(), file.handling(), raw.rows(), raw.rows(), rows.size());
    Segment head =
        new Segment(
            raw.target().mainTableId(),
            raw.target().schema(),
            raw.target().name(),
            raw.columns(),
            raw.rows(),
            raw.rows(),
            raw.keys(),
            raw.partitions(),
            List.of(),
            rows.size(),
            0,
            List.of(run));
    writer.segment(head, rows);
  }

  private void group(ChunkWriter writer, String group, Map<BatchFile, List<Row>> files)
      throws IOException {
    Target target = line.catalog.target(line.feed, group);
    schemas.add(target.schema());
    files.values().stream()
        .flatMap(List::stream)
        .forEach(
            row -> {
              elements.add(row.element());
              objects.add(row.object());
            });
    Grants grants = line.feed.target().grants();
    line.dimensions.ids(target.schema(), Kind.ELEMENT, elements, grants);
    line.dimensions.ids(target.schema(), Kind.OBJECT, objects, grants);
    Set<String> counters = new LinkedHashSet<>();
    files.values().forEach(rows -> rows.forEach(row -> counters.addAll(row.cells().keySet())));
    List<TargetColumn> columns =
        line.catalog.columns(
            line.feed,
            target,
            counters.stream().map(c -> ColumnKey.of(c, ValueKind.VALUE)).toList());
    Map<Integer, List<TargetColumn>> parts = new LinkedHashMap<>();
    parts.put(target.mainTableId(), new ArrayList<>());
    columns.forEach(c -> parts.computeIfAbsent(c.tableId(), id -> new ArrayList<>()).add(c));
    for (Map.Entry<Integer, List<TargetColumn>> part : parts.entrySet()) {
      new Part(target, part.getKey(), part.getValue()).write(writer, files);
    }
  }

  /** One table's segment. */
  private final class Part {

    private final Target target;
    private final int tableId;
    private final List<TargetColumn> counters;
    private final List<Column> columns = new ArrayList<>(RowColumns.before(Layout.WIDE));
    private final CopyBuffer buffer = new CopyBuffer(1024);
    private final List<BitSet> presence = new ArrayList<>();
    private final Set<Long> starts = new TreeSet<>();
    private final Set<List<Long>> marks = new LinkedHashSet<>();
    private long cells;

    Part(Target target, int tableId, List<TargetColumn> counters) {
      this.target = target;
      this.tableId = tableId;
      this.counters = counters;
      counters.forEach(c -> columns.add(new Column(c.column(), c.type())));
    }

    void write(ChunkWriter writer, Map<BatchFile, List<Row>> files) throws IOException {
      List<Run> runs = new ArrayList<>();
      for (Map.Entry<BatchFile, List<Row>> file : files.entrySet()) {
        int start = buffer.size();
        long before = cells;
        file.getValue().forEach(row -> row(row, file.getKey()));
        runs.add(
            new Run(
                file.getKey().id(),
                file.getKey().handling(),
                file.getValue().size(),
                cells - before,
                buffer.size() - (long) start));
      }
      boolean all = presence.stream().allMatch(bits -> bits.cardinality() == columns.size());
      int width = !merge || all ? 0 : (columns.size() + 7) / 8;
      writer.segment(head(runs, width), buffer, bitmaps(width));
    }

    private Segment head(List<Run> runs, int width) {
      return new Segment(
          tableId,
          target.schema(),
          line.tableName(tableId),
          columns,
          presence.size(),
          cells,
          merge ? List.of(0, 1, 2, 3) : List.of(),
          partitions.partitioned() ? List.copyOf(starts) : List.of(),
          marks.stream().map(m -> new long[] {m.get(0), m.get(1)}).toList(),
          buffer.size(),
          width,
          runs);
    }

    private CopyBuffer bitmaps(int width) {
      CopyBuffer bitmaps = new CopyBuffer(1024);
      for (int i = 0; i < presence.size() && width > 0; i++) {
        bitmaps.append(Arrays.copyOf(presence.get(i).toByteArray(), width), 0, width);
      }
      return bitmaps;
    }

    private void row(Row row, BatchFile file) {
      int element = id(target.schema(), Kind.ELEMENT, row.element());
      buffer.row(columns.size());
      buffer.putTimestamp(TestLine.micros(row.end()));
      buffer.putInt(900);
      buffer.putInt(element);
      buffer.putInt(id(target.schema(), Kind.OBJECT, row.object()));
      buffer.putBool(false);
      buffer.putLong(file.id());
      buffer.putLong(file.version());
      BitSet present = new BitSet();
      present.set(0, FIXED);
      for (int i = 0; i < counters.size(); i++) {
        boolean there = row.cells().containsKey(counters.get(i).counter());
        present.set(FIXED + i, there);
        cells += there ? 1 : 0;
        put(counters.get(i).type(), row.cells().get(counters.get(i).counter()));
      }
      presence.add(present);
      starts.add(TestLine.micros(partitions.startOf(row.end())));
      Instant bucket = row.end().minusNanos(1000).truncatedTo(ChronoUnit.HOURS);
      marks.add(List.of(TestLine.micros(bucket), (long) (element & 15)));
    }

    private void put(PgType type, Double value) {
      if (value == null) {
        buffer.putNull();
      } else if (type == PgType.INT8) {
        buffer.putLong(value.longValue());
      } else {
        buffer.putDouble(value);
      }
    }
  }
}
