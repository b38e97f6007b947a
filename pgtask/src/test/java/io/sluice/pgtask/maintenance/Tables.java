package io.sluice.pgtask.maintenance;

import io.sluice.core.sql.Transactions.Body;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.run.Work;
import io.sluice.pgtask.task.Limits;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;

/** What the catalogue says of a test's tables, read with the classes under test. */
final class Tables {

  /** Reads only. */
  private record Reading(TaskFixture fixture) implements Work {
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
    public void alone(String sql) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Connection connection() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void goOn() {
      // nobody ends a reading
    }

    @Override
    public void progress(String what, long done, long of) {
      // none to tell
    }

    @Override
    public void found(String name, long value) {
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
  final Work work;
  final Server server;

  Tables(TaskFixture fixture) throws SQLException {
    this.fixture = fixture;
    this.work = new Reading(fixture);
    this.server = Server.read(work);
  }

  List<TableFacts> find(String... globs) throws SQLException {
    flush();
    TableGlobs wanted = new TableGlobs(List.of(globs));
    return new TableFinder(work, server, wanted, new TableGlobs(List.of())).find();
  }

  TableFacts one(String name) throws SQLException {
    return find(name).get(0);
  }

  /** Statistics of this session, at once, where the server can. */
  private void flush() throws SQLException {
    if (server.major() >= 15) {
      try (Connection connection = fixture.dataSource.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("select pg_stat_force_next_flush()");
      }
    }
  }
}
