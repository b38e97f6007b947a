package io.sluice.pgtask.partition;

import io.sluice.core.sql.Transactions;
import io.sluice.pgtask.TaskFixture;
import io.sluice.pgtask.task.PartitionSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/**
 * Kills a process before its n-th statement or commit: the backend is terminated, and nothing gets
 * through any more.
 */
final class Death {

  private final TaskFixture fixture;
  private int left = Integer.MAX_VALUE;
  private boolean dead;

  Death(TaskFixture fixture) {
    this.fixture = fixture;
    fixture.wrapping(this::over);
  }

  DataSource over(DataSource real) {
    return Wrapped.statements(real, this::next);
  }

  void in(int statements) {
    left = statements;
    dead = false;
  }

  void never() {
    in(Integer.MAX_VALUE);
  }

  boolean happened() {
    return dead;
  }

  private void next(Connection connection, String sql) throws SQLException {
    if (!dead && --left > 0) {
      return;
    }
    if (!dead) {
      dead = true;
      int pid = connection.unwrap(PGConnection.class).getBackendPID();
      fixture.texts("select pg_terminate_backend(" + pid + ", 5000)");
      fixture.dataSource.evictConnection(connection);
    }
    throw new SQLException("killed before: " + sql, "57P01");
  }

  /** Rotation over the fixture that dies with it, its ledger included. */
  void rotation(DefaultDrain drain, BeforeDrop exporter) {
    fixture.with(
        PartitionSpec.class,
        new PartitionRotation(
            new Transactions(over(fixture.dataSource)),
            connection -> fixture.clock.instant(),
            Optional.ofNullable(drain),
            Optional.ofNullable(exporter)));
  }
}
