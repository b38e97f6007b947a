package io.sluice.loader.write;

import io.sluice.loader.rows.Counts;
import java.sql.Connection;
import java.sql.SQLException;

/** Brings the rows of one COPY into their table. */
@FunctionalInterface
public interface TableWriter {

  /** What became of them, by file. */
  Counts write(Connection connection, CopyGroup group) throws SQLException;

  /** Straight into the table: append mode, and merge mode where no key meets another. */
  static Counts copy(Connection connection, CopyGroup group) throws SQLException {
    group.copyTo(connection, group.table().qualified(), false);
    return group.asLoaded();
  }
}
