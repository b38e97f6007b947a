package io.sluice.loader;

import java.sql.Connection;
import java.sql.SQLException;

/** Brings the rows of one COPY into their table. */
@FunctionalInterface
interface TableWriter {

  /** What became of them, by file. */
  Counts write(Connection connection, CopyGroup group) throws SQLException;

  /** Append mode: straight into the table. */
  static Counts append(Connection connection, CopyGroup group) throws SQLException {
    BinaryCopy.copy(connection, group.table().qualified(), group.columns(), group.segments());
    return group.asLoaded();
  }
}
