package io.sluice.pgtask.partition;

import io.sluice.core.sql.Sql;
import io.sluice.pgtask.catalog.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What is locked while a default partition makes room for others, or a partition is exchanged: each
 * table at once as strong as it will be needed, so that no writer is waited for in a circle, and
 * before the writer chooses a partition, so that none is refused.
 *
 * @param referenced tables that foreign keys of the parent point to, which are written to before it
 */
public record AttachLocks(List<TableName> referenced, TableName parent, TableName partition) {

  private static final String REFERENCED =
      """
      select distinct n.nspname, c.relname
      from pg_constraint k join pg_class c on c.oid = k.confrelid join pg_namespace n on n.oid = c.relnamespace
      where k.conrelid = to_regclass(?) and k.contype = 'f' and k.confrelid <> k.conrelid
      order by 1, 2
      """;

  public AttachLocks {
    referenced = List.copyOf(referenced);
  }

  public static AttachLocks read(Connection connection, TableName parent, TableName partition)
      throws SQLException {
    return new AttachLocks(referenced(connection, parent), parent, partition);
  }

  /** Other tables that a table's foreign keys point to, in the order in which others lock. */
  public static List<TableName> referenced(Connection connection, TableName table)
      throws SQLException {
    return Sql.list(connection, REFERENCED, TableName::read, table.sql());
  }

  /** LOCK TABLE, in the order in which others lock. */
  public List<String> sql() {
    List<String> sql = new ArrayList<>();
    referenced.forEach(table -> sql.add(lock(table.sql(), "share row exclusive")));
    sql.add(lock("only " + parent.sql(), "access exclusive"));
    sql.add(lock(partition.sql(), "access exclusive"));
    return sql;
  }

  private static String lock(String table, String mode) {
    return "lock table %s in %s mode".formatted(table, mode);
  }
}
