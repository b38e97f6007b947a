package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.fate.PauseStage;
import io.sluice.core.message.Stage;
import io.sluice.core.staging.Staging;
import io.sluice.core.staging.StagingSettings;
import io.sluice.core.staging.Stagings;
import io.sluice.testkit.EmbeddedDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SurroundingsTest {
  @TempDir private Path directory;
  private Staging staging;

  @BeforeEach
  void open() throws Exception {
    staging = reopened();
  }

  @AfterEach
  void close() {
    staging.close();
  }

  @Test
  void migratesLedger_whenDatabaseIsThere() throws SQLException {
    DataSource database = EmbeddedDatabase.shared().createDatabase().dataSource();
    Surroundings surroundings = new Surroundings(new LedgerDatabase(database), staging);
    surroundings.check(Stage.HANDLE);
    surroundings.check(Stage.HANDLE);
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from sluice.work")) {
      row.next();
      assertThat(row.getLong(1)).isZero();
    }
  }

  /** The loader alone can empty a staging, and a service may start while it is full. */
  @Test
  void stopsOnlyWhatFillsStaging_whenStagingIsFull() throws IOException {
    DataSource database = EmbeddedDatabase.shared().createDatabase().dataSource();
    staging.put("raw/f/20261120/09/1", new ByteArrayInputStream(new byte[1100 << 10]));
    Surroundings raw = new Surroundings(new LedgerDatabase(database), reopened());
    assertThatThrownBy(() -> raw.check(Stage.FETCH))
        .isInstanceOf(PauseStage.class)
        .hasMessageContaining("staging.limit");
    raw.check(Stage.HANDLE);
    staging.put("chunk/f/20261120/09/1-0", new ByteArrayInputStream(new byte[200 << 10]));
    Surroundings full = new Surroundings(new LedgerDatabase(database), reopened());
    assertThatThrownBy(() -> full.check(Stage.HANDLE)).isInstanceOf(PauseStage.class);
    full.check(Stage.LOAD);
    full.check(Stage.SETTLE);
    full.checkDatabase();
  }

  private Staging reopened() throws IOException {
    return Stagings.open(new StagingSettings(directory.toUri(), 1 << 20, 0, null));
  }

  @Test
  void pausesAndGoesOn_whenDatabaseStopsAndStarts() {
    try (EmbeddedDatabase mine = EmbeddedDatabase.startPrivate()) {
      Surroundings surroundings =
          new Surroundings(new LedgerDatabase(mine.createDatabase().dataSource()), staging);
      surroundings.check(Stage.HANDLE);
      mine.server().stop();
      assertThatThrownBy(() -> surroundings.check(Stage.SETTLE))
          .isInstanceOf(PauseStage.class)
          .hasMessageStartingWith("database: ");
      mine.server().start();
      surroundings.check(Stage.HANDLE);
    }
  }

  @Test
  void saysWhatToDo_whenPoolerMixesSessions() throws SQLException {
    DataSource database = EmbeddedDatabase.shared().createDatabase().dataSource();
    try (Connection one = database.getConnection()) {
      Surroundings surroundings = new Surroundings(new LedgerDatabase(lending(one)), staging);
      assertThatThrownBy(() -> surroundings.check(Stage.SETTLE))
          .isInstanceOf(PauseStage.class)
          .hasMessageContaining("pool_mode = session");
    }
  }

  /** As a pooler does whose clients take turns on one server connection. */
  private static DataSource lending(Connection one) {
    ClassLoader loader = SurroundingsTest.class.getClassLoader();
    Connection lent =
        (Connection)
            Proxy.newProxyInstance(
                loader,
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) ->
                    method.getName().equals("close") ? null : call(one, method, arguments));
    return (DataSource)
        Proxy.newProxyInstance(
            loader, new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> lent);
  }

  private static Object call(Object target, java.lang.reflect.Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
