package io.sluice.cli;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A query over JDBC, where psql is absent. */
@Command(
    name = "sql",
    description = {
      "Runs SQL in the warehouse.",
      "Everything runs in one transaction, read-only unless --write is given. Without QUERY, the"
          + " SQL is read from standard input.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sluice sql \"select feed, state, count(*) from sluice.file_status group by 1, 2\"",
      "  sluice sql --format csv < report.sql > report.csv",
      "  sluice sql --write \"delete from sluice.schema_approval where feed = 'old'\"",
    })
final class SqlCommand implements Callable<Integer> {

  /** How rows are printed. */
  enum Shape {
    TABLE,
    CSV,
    JSON
  }

  private static final int FETCH = 1000;

  private final Session session;

  @Parameters(paramLabel = "QUERY", arity = "0..1", description = "One or more statements.")
  private String query;

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Shape shape;

  @Option(names = "--write", description = "Allow changes, and commit them.")
  private boolean write;

  SqlCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws SQLException {
    String sql =
        query == null ? session.terminal.in().lines().collect(Collectors.joining("\n")) : query;
    if (sql.isBlank()) {
      throw UserError.usage("no query was given", "Pass it as an argument or on standard input");
    }
    try (Connection connection = session.dataSource().getConnection()) {
      connection.setReadOnly(!write);
      connection.setAutoCommit(false);
      run(connection, sql);
      if (write) {
        connection.commit();
      } else {
        connection.rollback();
      }
    } catch (SQLException e) {
      if ("25006".equals(e.getSQLState())) {
        throw new UserError(Exit.FAILED, e.getMessage(), "Add --write to allow changes");
      }
      throw e;
    }
    return Exit.OK;
  }

  private void run(Connection connection, String sql) throws SQLException {
    SqlPrinter printer = new SqlPrinter(session, session.json ? Shape.JSON : shape);
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(FETCH);
      boolean rows = statement.execute(sql);
      while (rows || statement.getUpdateCount() >= 0) {
        if (rows) {
          try (ResultSet result = statement.getResultSet()) {
            printer.print(result);
          }
        } else if (statement.getUpdateCount() > 0) {
          session.err().println(statement.getUpdateCount() + " rows changed");
        }
        rows = statement.getMoreResults();
      }
    }
  }
}
