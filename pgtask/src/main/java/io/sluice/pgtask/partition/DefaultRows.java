package io.sluice.pgtask.partition;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.SqlNames;
import io.sluice.pgtask.catalog.Bounds;
import io.sluice.pgtask.catalog.KeyType;
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
 * @param outside rows of other times, or NULL
 * @param first smallest value outside, as text; null if there is none
 * @param last largest value outside, as text
 */
record DefaultRows(Map<Bounds, Long> rows, long outside, String first, String last) {

  static final DefaultRows NONE = new DefaultRows(Map.of(), 0, null, null);

  static DefaultRows read(Connection connection, PartitionedTable table, Collection<Bounds> periods)
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
    long outside = 0;
    String first = null;
    String last = null;
    for (Bucket bucket : Sql.list(connection, sql(table, starts), Bucket::read)) {
      Bounds period = bucket.number == 0 ? null : byStart.get(starts.get(bucket.number - 1));
      if (period != null) {
        rows.put(period, bucket.rows);
      } else {
        outside += bucket.rows;
        first = first == null ? bucket.first : first;
        last = bucket.last == null ? last : bucket.last;
      }
    }
    return new DefaultRows(rows, outside, first, last);
  }

  /**
   * Rows between two edges.
   *
   * @param number from 1 on; 0 lies before the first edge, or is NULL
   */
  private record Bucket(int number, long rows, String first, String last) {
    static Bucket read(ResultSet row) throws SQLException {
      return new Bucket(row.getInt(1), row.getLong(2), row.getString(3), row.getString(4));
    }
  }

  private static String sql(PartitionedTable table, List<Long> edges) {
    String key = SqlNames.quote(table.key());
    KeyType type = table.type();
    String thresholds = edges.stream().map(type::literal).collect(Collectors.joining(", "));
    String bucket =
        edges.isEmpty() ? "0" : "width_bucket(%s, array[%s])".formatted(key, thresholds);
    return "select %s, count(*), min(%s)::text, max(%s)::text from %s group by 1 order by 1"
        .formatted(bucket, key, key, table.defaultPart().orElseThrow().name().sql());
  }
}
