package io.sluice.pgtask.partition;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.run.TaskRun;
import java.sql.SQLException;
import java.util.List;

/**
 * Partitions without the row-level security of their table, from before the table had it or made by
 * others: whoever has a grant on one sees all its rows. Only said; a grant may be meant.
 */
final class OpenPartitions {

  private static final String OPEN =
      """
      select format('%s has row-level security, and %s of its partitions have none: a grant on one shows all its rows; to close the first: alter table %s enable row level security',
                    i.inhparent::regclass, count(*), min(c.oid::regclass::text))
      from pg_inherits i
      join pg_class p on p.oid = i.inhparent and p.relrowsecurity
      join pg_class c on c.oid = i.inhrelid and not c.relrowsecurity
      where p.oid = any (?::oid[])
      group by i.inhparent order by 1
      """;

  private OpenPartitions() {}

  /** Says where there are some. */
  static void note(TaskRun run, List<RotatedTable> rotatedTables) throws SQLException {
    List<Long> tables = rotatedTables.stream().map(rotated -> rotated.table().oid()).toList();
    run.read(connection -> Sql.strings(connection, OPEN, Sql.longs(tables))).forEach(run::note);
  }
}
