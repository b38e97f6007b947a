package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;
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
  void givesACopyOfItsOwn_ofWhatWasSetUpOnce() throws SQLException {
    List<DataSource> models = new ArrayList<>();
    Consumer<DataSource> setUp =
        model -> {
          models.add(model);
          makeTable(model);
        };
    for (int i = 0; i < 2; i++) {
      execute(
          EmbeddedDatabase.shared().createDatabase("copied", setUp), "INSERT INTO t VALUES (1)");
    }
    assertThat(models).hasSize(1);
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

  private static void makeTable(DataSource model) {
    try (Connection connection = model.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (n int PRIMARY KEY)");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static void execute(EmbeddedDatabase.Database database, String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
