package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionPoolTest {

  private final SessionPool pool =
      new SessionPool(EmbeddedDatabase.shared().createDatabase().newSessions());
  private final DataSource sessions = pool.dataSource();

  @AfterEach
  void close() throws SQLException {
    pool.close();
  }

  private static int session(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
      row.next();
      return row.getInt(1);
    }
  }

  private int lentSession() throws SQLException {
    try (Connection connection = sessions.getConnection()) {
      return session(connection);
    }
  }

  @Test
  void lendsTheSameSessionAgain_withoutAnOpenTransaction() throws SQLException {
    int first;
    try (Connection connection = sessions.getConnection()) {
      connection.setAutoCommit(false);
      first = session(connection);
    }
    try (Connection again = sessions.getConnection()) {
      assertThat(again.getAutoCommit()).isTrue();
      assertThat(session(again)).isEqualTo(first);
      assertThat(lentSession()).isNotEqualTo(first);
    }
  }

  @Test
  void lendsNoSessionThatHasEnded() throws SQLException {
    try (Connection connection = sessions.getConnection();
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute("select pg_terminate_backend(pg_backend_pid())"))
          .isInstanceOf(SQLException.class);
    }
    assertThat(lentSession()).isPositive();
  }

  @Test
  void beginsAnew_afterItWasClosed() throws SQLException {
    int first = lentSession();
    pool.close();
    assertThat(lentSession()).isNotEqualTo(first);
  }
}
