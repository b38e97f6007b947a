package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class EmbeddedDatabaseTest {

  @Test
  void givesEmptyDatabase_eachTime() throws SQLException {
    EmbeddedDatabase.Database first = EmbeddedDatabase.shared().createDatabase();
    execute(first, "CREATE TABLE t (n int)");
    EmbeddedDatabase.Database second = EmbeddedDatabase.shared().createDatabase();
    execute(second, "CREATE TABLE t (n int)");
    assertThat(second.port()).isEqualTo(first.port());
  }

  @Test
  void keepsSharedServerFromBeingStopped() {
    assertThatThrownBy(() -> EmbeddedDatabase.shared().server())
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void losesConnectionsAndComesBack_whenPrivateServerRestarts() throws SQLException {
    try (EmbeddedDatabase mine = EmbeddedDatabase.startPrivate()) {
      EmbeddedDatabase.Database database = mine.createDatabase();
      execute(database, "CREATE TABLE t (n int)");
      mine.server().stop();
      assertThatThrownBy(() -> execute(database, "SELECT 1"))
          .isInstanceOf(SQLException.class)
          .extracting(e -> ((SQLException) e).getSQLState())
          .isEqualTo("08001");
      mine.server().start();
      execute(database, "INSERT INTO t VALUES (1)");
    }
  }

  @Test
  void leavesNothingBehind_whenClosed() {
    EmbeddedDatabase mine = EmbeddedDatabase.startPrivate();
    Path directory = mine.server().log().getParent().getParent();
    assertThat(directory).exists();
    mine.close();
    assertThat(Files.exists(directory)).isFalse();
  }

  private static void execute(EmbeddedDatabase.Database database, String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
