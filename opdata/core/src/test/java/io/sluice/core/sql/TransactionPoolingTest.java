package io.sluice.core.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.core.fate.PauseStage;
import io.sluice.testkit.EmbeddedDatabase;
import io.sluice.testkit.OneConnectionEach;
import io.sluice.testkit.SessionPool;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class TransactionPoolingTest {

  private static final DataSource DATABASE =
      EmbeddedDatabase.shared().createDatabase().dataSource();

  @Test
  void isContentWithOneConnectionAtATime() {
    DataSource one = OneConnectionEach.of(DATABASE);
    assertThatCode(() -> TransactionPooling.refuse(one, "url")).doesNotThrowAnyException();
  }

  @Test
  void seesNoPooler_whenThereIsNone() throws SQLException {
    try (Connection connection = DATABASE.getConnection()) {
      assertThat(TransactionPooling.isPooled(connection)).isFalse();
    }
  }

  @Test
  void refuses_whenTheNextSessionIsTheSame() throws SQLException {
    try (SessionPool lending = new SessionPool(DATABASE)) {
      assertThatThrownBy(() -> TransactionPooling.refuse(lending.dataSource(), "url"))
          .isInstanceOf(PauseStage.class)
          .hasMessageStartingWith("url leads through a connection pooler");
      try (Connection again = lending.dataSource().getConnection()) {
        assertThat(Sql.number(again, "select count(*) from pg_locks where locktype = 'advisory'"))
            .isZero();
      }
    }
  }

  /** Somebody else has the session by then. */
  @Test
  void refuses_whenTheSessionBeforeLivesOn() throws SQLException {
    try (SessionPool lending = new SessionPool(DATABASE)) {
      Taking taking = new Taking(lending.dataSource());
      assertThatThrownBy(() -> TransactionPooling.refuse(taking.dataSource(), "url"))
          .isInstanceOf(PauseStage.class);
      taking.taken.close();
    }
  }

  /** Takes the first session away again once it was given back. */
  private static final class Taking {
    private final DataSource real;
    private int asked;
    private Connection taken;

    Taking(DataSource real) {
      this.real = real;
    }

    DataSource dataSource() {
      return (DataSource)
          Proxy.newProxyInstance(
              Taking.class.getClassLoader(),
              new Class<?>[] {DataSource.class},
              (self, method, arguments) -> next());
    }

    private Connection next() throws SQLException {
      if (++asked == 2) {
        taken = real.getConnection();
      }
      return real.getConnection();
    }
  }
}
