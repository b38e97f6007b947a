package io.sluice.pgtask.export;

import io.sluice.core.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * What an export needs beside what every session of a task has, which writes values so that they
 * read back exactly as they were, whatever database and role are set to.
 */
final class CopySession {

  private CopySession() {}

  /** One snapshot; names of types and functions in full. */
  static void beginExport(Connection connection) throws SQLException {
    Sql.execute(
        connection,
        List.of("set transaction isolation level repeatable read", "set local search_path = ''"));
  }
}
