package io.sluice.loader.write;

import io.sluice.loader.rows.Counts;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.function.IntPredicate;

/**
 * Merge mode, the short way first: where no key meets another, a COPY straight into the table is
 * the whole merge. The unique index of the key tells; on a refusal nothing has happened, and the
 * rows are merged through a temporary table.
 */
final class MergingWriter implements TableWriter {

  private static final String UNIQUE_VIOLATION = "23505";

  private final TableWriter merge;
  private final DirectCopies direct;
  private final IntPredicate hasWholeKeys;

  /**
   * @param hasWholeKeys whether a table refuses NULL in its key, which a unique index does not
   */
  MergingWriter(TableWriter merge, DirectCopies direct, IntPredicate hasWholeKeys) {
    this.merge = merge;
    this.direct = direct;
    this.hasWholeKeys = hasWholeKeys;
  }

  @Override
  public Counts write(Connection connection, CopyGroup group) throws SQLException {
    int table = group.table().id();
    if (!hasWholeKeys.test(table) || !direct.worthTrying(table)) {
      return merge.write(connection, group);
    }
    Savepoint before = connection.setSavepoint();
    try {
      Counts counts = TableWriter.copy(connection, group);
      connection.releaseSavepoint(before);
      direct.succeeded(table);
      return counts;
    } catch (SQLException e) {
      if (!UNIQUE_VIOLATION.equals(e.getSQLState())) {
        throw e;
      }
      direct.failed(table);
      connection.rollback(before);
      connection.releaseSavepoint(before);
      return merge.write(connection, group);
    }
  }
}
