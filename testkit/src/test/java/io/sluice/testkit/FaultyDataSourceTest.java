package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

class FaultyDataSourceTest {

  private final DataSource real = EmbeddedDatabase.shared().createDatabase().dataSource();
  private final FaultyDataSource faulty = new FaultyDataSource(real);

  @BeforeEach
  void makeTable() throws SQLException {
    insert(real, "create table t (n int)");
  }

  private static void insert(DataSource database, String... statements) throws SQLException {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        for (String sql : statements) {
          statement.execute(sql);
        }
      }
      connection.commit();
    }
  }

  private List<Integer> rows() throws SQLException {
    try (Connection connection = real.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select n from t order by n")) {
      List<Integer> rows = new ArrayList<>();
      while (row.next()) {
        rows.add(row.getInt(1));
      }
      return rows;
    }
  }

  private static void assertFails(ThrowingCallable call, String sqlState) {
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo(sqlState));
  }

  @Test
  void doesNothing_withoutAPlan() throws SQLException {
    insert(faulty, "insert into t values (1)");
    assertThat(rows()).containsExactly(1);
    assertThat(faulty.struck()).isFalse();
  }

  @Test
  void failsAtTheNthStatement_once() throws SQLException {
    FaultyDataSource.Planned third =
        faulty.before(JdbcCall.STATEMENT, 3, FaultyDataSource.failure("53100", "disk full"));
    insert(faulty, "insert into t values (1)", "insert into t values (2)");
    assertThat(third.struck()).isFalse();
    assertFails(() -> insert(faulty, "insert into t values (3)"), "53100");
    assertThat(third.struck()).isTrue();
    insert(faulty, "insert into t values (4)");
    assertThat(rows()).containsExactly(1, 2, 4);
  }

  @Test
  void failsAtAStatementThatMatches_preparedOnesToo() throws SQLException {
    faulty.before(
        JdbcCall.statement("INSERT into .*values"), 1, FaultyDataSource.failure("40001", "x"));
    faulty.before(JdbcCall.containing("(9)"), 1, FaultyDataSource.failure("40P01", "y"));
    try (Connection connection = faulty.getConnection();
        PreparedStatement statement = connection.prepareStatement("insert into t\nvalues (?)")) {
      statement.setInt(1, 5);
      assertFails(statement::executeUpdate, "40001");
      statement.executeUpdate();
    }
    assertFails(() -> insert(faulty, "insert into t values (9)"), "40P01");
    assertThat(rows()).containsExactly(5);
  }

  @Test
  void losesTheCommit_orOnlyItsAnswer() throws SQLException {
    faulty.before(JdbcCall.COMMIT, 1, FaultyDataSource.failure("08006", "not sent"));
    assertFails(() -> insert(faulty, "insert into t values (1)"), "08006");
    faulty.after(JdbcCall.COMMIT, 1, FaultyDataSource.failure("08006", "no answer"));
    assertFails(() -> insert(faulty, "insert into t values (2)"), "08006");
    assertThat(rows()).containsExactly(2);
  }

  @Test
  void refusesAConnection() throws SQLException {
    faulty.before(JdbcCall.CONNECT, 2, FaultyDataSource.failure("08001", "refused"));
    faulty.getConnection().close();
    assertFails(faulty::getConnection, "08001");
    faulty.getConnection().close();
  }

  @Test
  void losesOneConnection_andGivesNewOnes() throws SQLException {
    faulty.before(JdbcCall.containing("(2)"), 1, faulty.lostConnection());
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> insert(faulty, "insert into t values (1)", "insert into t values (2)"))
        .satisfies(e -> assertThat(e.getSQLState()).isIn("57P01", "08006"));
    insert(faulty, "insert into t values (3)");
    assertThat(rows()).containsExactly(3);
  }

  @Test
  void diesWithAllItsConnections_untilItIsHealed() throws SQLException {
    faulty.after(JdbcCall.WORK, 2, faulty.death());
    Connection other = faulty.getConnection();
    assertFails(
        () -> insert(faulty, "set work_mem = '1MB'", "insert into t values (1)", "select 1"),
        "08006");
    assertThat(other.isClosed()).isTrue();
    assertFails(faulty::getConnection, "08006");
    assertThat(rows()).isEmpty();
    faulty.heal();
    insert(faulty, "insert into t values (3)");
    assertThat(rows()).containsExactly(3);
    assertThat(faulty.struck()).isFalse();
  }

  @Test
  void waitsForALatch() throws Exception {
    CountDownLatch latch = new CountDownLatch(1);
    faulty.before(JdbcCall.COMMIT, 1, FaultyDataSource.delay(latch));
    CompletableFuture<Void> running =
        CompletableFuture.runAsync(
            () -> {
              try {
                insert(faulty, "insert into t values (1)");
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    assertThat(rows()).isEmpty();
    assertThat(running).isNotDone();
    latch.countDown();
    running.get(30, TimeUnit.SECONDS);
    assertThat(rows()).containsExactly(1);
  }

  @Test
  void letsTheTestActAtACall() throws SQLException {
    faulty.before(JdbcCall.containing("(2)"), 1, call -> insert(real, "insert into t values (0)"));
    insert(faulty, "insert into t values (1)", "insert into t values (2)");
    assertThat(rows()).containsExactly(0, 1, 2);
  }

  @Test
  void seesTheDriverAskedFor() throws SQLException {
    FaultyDataSource.Planned copy = faulty.before(JdbcCall.UNWRAP, 1, call -> {});
    try (Connection connection = faulty.getConnection()) {
      assertThat(connection.unwrap(PGConnection.class).getBackendPID()).isPositive();
    }
    assertThat(copy.struck()).isTrue();
  }
}
