package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class CleanSessionsTest {

  private final CleanSessions pool =
      new CleanSessions(EmbeddedDatabase.shared().createDatabase().newSessions());
  private final DataSource sessions = pool.dataSource();

  private static String ask(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      assertThat(row.next()).isTrue();
      return row.getString(1);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String session(Connection connection) throws SQLException {
    return ask(connection, "select pg_backend_pid()");
  }

  private String session() throws SQLException {
    try (Connection connection = sessions.getConnection()) {
      return session(connection);
    }
  }

  @Test
  void handsOutTheSameSession_withNothingOfWhatItHad() throws SQLException {
    String first;
    try (Connection connection = sessions.getConnection()) {
      first = session(connection);
      execute(connection, "create temporary table mine (n int)");
      execute(connection, "set work_mem = '3MB'");
      execute(connection, "select pg_advisory_lock(7)");
      connection.setReadOnly(true);
      connection.setAutoCommit(false);
      execute(connection, "select 1");
    }
    try (Connection again = sessions.getConnection()) {
      assertThat(again.getAutoCommit()).isTrue();
      assertThat(again.isReadOnly()).isFalse();
      assertThat(session(again)).isEqualTo(first);
      assertThat(ask(again, "select to_regclass('mine')")).isNull();
      assertThat(ask(again, "show work_mem")).isEqualTo("4MB");
    }
  }

  @Test
  void releasesLocksAtOnce_whenItIsClosed() throws SQLException {
    try (Connection other = sessions.getConnection()) {
      try (Connection connection = sessions.getConnection()) {
        execute(connection, "select pg_advisory_lock(8)");
        assertThat(ask(other, "select pg_try_advisory_lock(8)")).isEqualTo("f");
      }
      assertThat(ask(other, "select pg_try_advisory_lock(8)")).isEqualTo("t");
    }
  }

  @Test
  void handsOutNoSessionThatHasEnded() throws SQLException {
    String first = session();
    try (Connection connection = sessions.getConnection();
        Connection other = sessions.getConnection()) {
      execute(other, "select pg_terminate_backend(%s, 5000)".formatted(session(connection)));
    }
    assertThat(session()).isNotEqualTo(first);
  }

  @Test
  void isClosedForWhoeverClosedIt_andLentToOneOnly() throws SQLException {
    Connection closed = sessions.getConnection();
    closed.close();
    closed.close();
    try (Connection one = sessions.getConnection();
        Connection two = sessions.getConnection()) {
      assertThat(session(one)).isNotEqualTo(session(two));
      assertThat(closed.isClosed()).isTrue();
      assertThatThrownBy(closed::createStatement).isInstanceOf(SQLException.class);
    }
  }

  @Test
  void runsAPreparedStatementAgain_thatTheServerHasForgotten() throws SQLException {
    for (int i = 0; i < 20; i++) {
      try (Connection connection = sessions.getConnection()) {
        try (var statement = connection.prepareStatement("select ?::int")) {
          for (int n = 0; n < 8; n++) {
            statement.setInt(1, n);
            statement.executeQuery().close();
          }
        }
      }
    }
  }
}
