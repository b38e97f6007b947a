package io.sluice.loader;

import io.sluice.core.chunk.Segment;
import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/**
 * Notes which buckets of which tables a load has changed (D10): plain inserts, in one statement.
 */
final class Marks {

  private record Mark(int tableId, long bucketMicros, int slice) {}

  private Marks() {}

  static void insert(Connection connection, Collection<Segment> heads) throws SQLException {
    List<Mark> marks =
        heads.stream()
            .flatMap(h -> h.marks().stream().map(m -> new Mark(h.tableId(), m[0], (int) m[1])))
            .distinct()
            .toList();
    if (marks.isEmpty()) {
      return;
    }
    Sql.update(
        connection,
        """
        insert into sluice.mark (table_id, bucket, slice)
        select t, timestamptz 'epoch' + b * interval '1 microsecond', s
        from unnest(?::int[], ?::bigint[], ?::int[]) as m (t, b, s)
        """,
        Sql.array("int", marks, Mark::tableId),
        Sql.array("bigint", marks, Mark::bucketMicros),
        Sql.array("int", marks, Mark::slice));
  }
}
