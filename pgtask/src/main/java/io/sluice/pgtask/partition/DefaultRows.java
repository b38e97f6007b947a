package io.sluice.pgtask.partition;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.PartitionedTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a default partition holds, counted by one scan under ACCESS SHARE.
 *
 * @param rows of the periods asked for, without those that have none
 * @param strange of these, the rows whose value is no time, though it lies in the period
 * @param strangers rows whose value is no time, wherever they lie
 * @param outside rows of other times, or NULL
 * @param first smallest value outside, as text; null if there is none
 * @param last largest value outside, as text
 */
record DefaultRows(
    Map<Bounds, Long> rows,
    Map<Bounds, Long> strange,
    long strangers,
    long outside,
    String first,
    String last) {

  static final DefaultRows NONE = new DefaultRows(Map.of(), Map.of(), 0, 0, null, null);

  static DefaultRows read(Connection connection, RotatedTable rotated, Collection<Bounds> periods)
      throws SQLException {
    TreeSet<Long> edges = new TreeSet<>();
    for (Bounds bounds : periods) {
      edges.add(bounds.from());
      edges.add(bounds.to());
    }
    Map<Long, Bounds> byStart =
        periods.stream().collect(Collectors.toMap(Bounds::from, bounds -> bounds));
    List<Long> starts = new ArrayList<>(edges);
    Map<Bounds, Long> rows = new HashMap<>();
    Map<Bounds, Long> strange = new HashMap<>();
    long strangers = 0;
    long outside = 0;
    String first = null;
    String last = null;
    for (Bucket bucket : Sql.list(connection, sql(rotated, starts), Bucket::read)) {
      Bounds period = bucket.number == 0 ? null : byStart.get(starts.get(bucket.number - 1));
      strangers += bucket.strangers;
      if (period == null) {
        outside += bucket.rows;
        first = first == null ? bucket.first : first;
        last = bucket.last == null ? last : bucket.last;
        continue;
      }
      rows.put(period, bucket.rows);
      if (bucket.strangers > 0) {
        strange.put(period, bucket.strangers);
      }
    }
    return new DefaultRows(rows, strange, strangers, outside, first, last);
  }

  /**
   * Rows between two edges.
   *
   * @param number from 1 on; 0 lies before the first edge, or is NULL
   */
  private record Bucket(int number, long rows, long strangers, String first, String last) {
    static Bucket read(ResultSet row) throws SQLException {
      return new Bucket(
          row.getInt(1), row.getLong(2), row.getLong(3), row.getString(4), row.getString(5));
    }
  }

  private static String sql(RotatedTable rotated, List<Long> edges) {
    PartitionedTable table = rotated.table();
    Periods periods = rotated.periods();
    String key = SqlNames.quote(table.key());
    String thresholds = edges.stream().map(periods::literal).collect(Collectors.joining(", "));
    String bucket =
        edges.isEmpty() ? "0" : "width_bucket(%s, array[%s])".formatted(key, thresholds);
    String strangers =
        TimeValues.condition(periods, key)
            .map(time -> "count(*) filter (where not (%s))".formatted(time))
            .orElse("0");
    return "select %s, count(*), %s, %s, %s from %s group by 1 order by 1"
        .formatted(
            bucket,
            strangers,
            TimeValues.text(periods, "min", key),
            TimeValues.text(periods, "max", key),
            table.defaultPart().orElseThrow().name().sql());
  }
}
