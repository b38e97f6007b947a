package io.sluice.handler.pm;

import io.sluice.core.feed.FeedFormat.ElementFrom;
import io.sluice.handler.block.BlockRow;
import io.sluice.handler.block.BlockStore;
import io.sluice.handler.reject.Reject;
import io.sluice.handler.reject.RejectLog;
import io.sluice.handler.value.CellKind;
import io.sluice.handler.xml.XmlLimits;
import io.sluice.handler.xml.XmlOpener;
import io.sluice.handler.xml.XmlPull;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads a file and keeps what a test asks about: counts, cells as text, rejects. */
final class CountedPm implements PmSink.Output {

  static final CounterChoice ALL = (group, counter) -> counter;

  final Map<CellKind, Long> kinds = new EnumMap<>(CellKind.class);
  final Set<String> elements = new HashSet<>();
  final Set<String> groups = new HashSet<>();
  final Map<String, String> cells = new TreeMap<>();
  final Map<String, Long> rejected = new TreeMap<>();
  final List<String> rejectTexts = new ArrayList<>();
  PmCounts counts;
  long collapsed;
  long conflicts;
  long spilled;
  long rows;
  long suspectRows;
  double sum;
  private final boolean keepCells;

  private CountedPm(boolean keepCells) {
    this.keepCells = keepCells;
  }

  /** All counters, and elements by any name. */
  static PmSettings all(String path) {
    return new PmSettings(
        ALL, ZoneId.of("UTC"), List.of(ElementFrom.values()), PmSettings.stem(path));
  }

  static CountedPm read(InputStream in, PmSettings settings, Path temp) {
    return read(in, settings, temp, 64 << 20, true);
  }

  static CountedPm readForMerge(InputStream in, PmSettings settings, Path temp, long memory) {
    return read(in, settings, temp, memory, true, true);
  }

  static CountedPm read(
      InputStream in, PmSettings settings, Path temp, long memory, boolean keepCells) {
    return read(in, settings, temp, memory, keepCells, false);
  }

  private static CountedPm read(
      InputStream in,
      PmSettings settings,
      Path temp,
      long memory,
      boolean keepCells,
      boolean emptiedWhenFull) {
    CountedPm result = new CountedPm(keepCells);
    RejectLog rejects = new RejectLog();
    try (BlockStore store = new BlockStore(temp, memory);
        XmlPull xml = new XmlOpener(XmlLimits.DEFAULT).open(in)) {
      result.counts =
          PmReader.read(xml, settings, new PmSink(store, result, emptiedWhenFull), rejects);
      result.collapsed = store.collapsed();
      result.conflicts = store.conflicts();
      result.spilled = store.spilled();
    }
    for (Reject reject : rejects.rows()) {
      result.rejected.merge(reject.reason(), reject.cells(), Long::sum);
      result.rejectTexts.add(reject.toString());
    }
    return result;
  }

  @Override
  public void row(String element, PmGroup group, BlockRow row) {
    rows++;
    elements.add(element);
    groups.add(group.id());
    suspectRows += row.suspect() ? 1 : 0;
    for (int slot = 0; slot < row.slots(); slot++) {
      if (row.has(slot)) {
        cell(element, group, row, slot);
      }
    }
  }

  private void cell(String element, PmGroup group, BlockRow row, int slot) {
    CellKind kind = row.kind(slot);
    kinds.merge(kind, 1L, Long::sum);
    if (kind == CellKind.DOUBLE) {
      sum += row.number(slot);
    } else if (kind == CellKind.NUMERIC) {
      sum += row.numeric(slot).doubleValue();
    }
    if (keepCells) {
      String key = String.join("|", element, group.id(), row.object(), group.counters().get(slot));
      cells.put(key, text(row, slot));
    }
  }

  private static String text(BlockRow row, int slot) {
    return switch (row.kind(slot)) {
      case BLANK -> "";
      case DOUBLE -> String.valueOf(row.number(slot));
      case NUMERIC -> row.numeric(slot).toPlainString();
      case VECTOR -> "vector of " + row.vectorSize(slot);
      case VECTOR_NUMERIC -> "numeric vector of " + row.numericVector(slot).length;
      case TEXT -> throw new AssertionError("text is never stored");
    };
  }

  long cellCount() {
    return kinds.values().stream().mapToLong(Long::longValue).sum();
  }

  long count(CellKind... wanted) {
    long total = 0;
    for (CellKind kind : wanted) {
      total += kinds.getOrDefault(kind, 0L);
    }
    return total;
  }
}
