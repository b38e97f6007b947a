package io.sluice.pgtask.maintenance;

import io.sluice.core.sql.Sql;
import io.sluice.core.sql.Transactions.Body;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.catalog.TableGlobs;
import io.sluice.pgtask.maintenance.statistics.ServerInfo;
import io.sluice.pgtask.maintenance.statistics.TableInfo;
import io.sluice.pgtask.run.StepContext;
import io.sluice.pgtask.task.Limits;
import io.sluice.pgtask.task.Task;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;

/** What the catalogue says of a test's tables, read with the classes under test. */
final class Tables {

  /** Reads only. */
  private record Reading(TaskFixture fixture) implements StepContext {
    @Override
    public <T> T read(Body<T> body) throws SQLException {
      try (Connection connection = fixture.dataSource.getConnection()) {
        connection.setAutoCommit(false);
        T result = body.run(connection);
        connection.commit();
        return result;
      }
    }

    @Override
    public <T> T transaction(Body<T> body) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void autocommit(String sql) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Task task() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Connection connection() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkNotEnded() {
      // nobody ends a reading
    }

    @Override
    public void progress(String what, long done, long of) {
      // none to tell
    }

    @Override
    public void addResult(String name, long value) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Limits limits() {
      return TaskFixture.LIMITS;
    }

    @Override
    public Clock clock() {
      return fixture.clock;
    }
  }

  private final TaskFixture fixture;
  final StepContext context;
  final ServerInfo server;

  Tables(TaskFixture fixture) throws SQLException {
    this.fixture = fixture;
    this.context = new Reading(fixture);
    this.server = ServerInfo.read(context);
  }

  List<TableInfo> find(String... globs) throws SQLException {
    flush();
    TableGlobs wanted = TableGlobs.of(List.of(globs));
    return new TableFinder(context, server, wanted, TableGlobs.of(List.of())).find();
  }

  TableInfo one(String name) throws SQLException {
    return find(name).get(0);
  }

  /** Statistics of this session, at once, where the server can. */
  private void flush() throws SQLException {
    if (server.major() >= 15) {
      try (Connection connection = fixture.dataSource.getConnection()) {
        Sql.execute(connection, "select pg_stat_force_next_flush()");
      }
    }
  }
}
