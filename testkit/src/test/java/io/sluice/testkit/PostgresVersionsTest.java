package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.embedded.EmbeddedException;
import io.sluice.testkit.EmbeddedDatabase.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresVersionsTest {

  @ParameterizedTest
  @FieldSource("io.sluice.testkit.PostgresVersions#ALL")
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void runsEachVersionWithItsExtensions(int major) throws SQLException {
    try (EmbeddedDatabase server = EmbeddedDatabase.startPrivate(major)) {
      Database database = server.createDatabase();
      assertThat(query(database, "SHOW server_version_num")).startsWith(Integer.toString(major));
      execute(database, "CREATE EXTENSION pgstattuple");
      execute(database, "CREATE EXTENSION pg_stat_statements");
      execute(database, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS n");
      assertThat(query(database, "SELECT tuple_count FROM pgstattuple('t')")).isEqualTo("1000");
      assertThat(query(database, "SELECT calls FROM pg_stat_statements WHERE query ~ '^CREATE T'"))
          .isEqualTo("1");
      assertThat(query(database, "SELECT lower('ÄÖ') || ('a' > 'B')")).isEqualTo("äötrue");
    }
  }

  @ParameterizedTest
  @MethodSource("io.sluice.testkit.EmbeddedDatabase#versions")
  void sharesOneServer_ofEachVersion(int major) throws SQLException {
    EmbeddedDatabase shared = EmbeddedDatabase.shared(major);
    Database database = shared.createDatabase();
    assertThat(EmbeddedDatabase.shared(major)).isSameAs(shared);
    assertThat(query(database, "SHOW server_version_num")).startsWith(Integer.toString(major));
    assertThatThrownBy(shared::server).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void usesVersionOfTheClassPath_whenNoneIsAskedFor() throws SQLException {
    assertThat(EmbeddedDatabase.shared()).isSameAs(EmbeddedDatabase.shared(17));
    assertThat(query(EmbeddedDatabase.shared().createDatabase(), "SHOW server_version"))
        .startsWith("17.");
  }

  @Test
  void readsVersions_whenPropertyNamesThem() {
    assertThat(PostgresVersions.parse(" ")).isEqualTo(List.of(17));
    assertThat(PostgresVersions.parse("all")).isEqualTo(List.of(14, 15, 16, 17, 18));
    assertThat(PostgresVersions.parse("18, 14,18")).isEqualTo(List.of(14, 18));
  }

  @ParameterizedTest
  @ValueSource(strings = {"13", "17,", "seventeen"})
  void saysWhichVersionsThereAre_whenPropertyNamesAnother(String wanted) {
    assertThatThrownBy(() -> PostgresVersions.parse(wanted))
        .isInstanceOf(EmbeddedException.class)
        .hasMessageContaining("some of [14, 15, 16, 17, 18]");
  }

  @Test
  void saysWhichVersionsThereAre_whenAskedForAnother() {
    assertThatThrownBy(() -> EmbeddedDatabase.shared(13))
        .isInstanceOf(EmbeddedException.class)
        .hasMessage("no PostgreSQL 13 for tests; there are [14, 15, 16, 17, 18]");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void saysHowToFetchIt_whenJarIsMissing(@TempDir Path empty) {
    assertThatThrownBy(() -> PostgresVersions.jar(14, empty))
        .isInstanceOf(EmbeddedException.class)
        .hasMessageContaining(empty.resolve("postgres-14.jar") + " is missing")
        .hasMessageContaining("mvn -pl testkit generate-resources");
  }

  private static String query(Database database, String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }

  private static void execute(Database database, String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
