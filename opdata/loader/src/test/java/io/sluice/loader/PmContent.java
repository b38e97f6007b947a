package io.sluice.loader;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows of one group, a list for each chunk.
 *
 * @param group measInfoId
 */
record PmContent(String group, List<List<Row>> parts) implements TestLine.Content {

  /** A row: a counter that is not in the map is absent, one that is null blank. */
  record Row(Instant end, String element, String object, Map<String, Double> cells) {

    static Row of(String object, Object... cells) {
      Map<String, Double> map = new LinkedHashMap<>();
      for (int i = 0; i < cells.length; i += 2) {
        map.put((String) cells[i], (Double) cells[i + 1]);
      }
      return new Row(TestLine.END, "gNB-1", object, map);
    }

    Row at(Instant time) {
      return new Row(time, element, object, cells);
    }
  }

  @Override
  public int chunks() {
    return parts.size();
  }

  @Override
  public long cells() {
    return parts.stream().flatMap(List::stream).mapToLong(row -> row.cells.size()).sum();
  }

  List<Row> part(int chunk) {
    return chunk < parts.size() ? parts.get(chunk) : List.of();
  }

  @Override
  public List<Instant> times() {
    List<Instant> all = parts.stream().flatMap(Collection::stream).map(Row::end).sorted().toList();
    return all.isEmpty()
        ? Arrays.asList(null, null)
        : List.of(all.get(0), all.stream().max(Comparator.naturalOrder()).orElseThrow());
  }
}
