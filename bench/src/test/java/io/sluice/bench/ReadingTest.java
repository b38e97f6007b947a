package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.EmbeddedDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadingTest {
  @TempDir Path directory;

  @Test
  void countsWhatOthersDidAndNotTheBench_whenBothUsedTheServer() throws Exception {
    try (EmbeddedDatabase server = EmbeddedDatabase.startPrivate()) {
      EmbeddedDatabase.Database database = server.createDatabase();
      Warehouse warehouse =
          Warehouse.open(database.jdbcUrl(), database.user(), database.password());
      Line line = new Directory(warehouse, directory);
      Files.writeString(directory.resolve("before"), "1234");

      try (Connection others = database.dataSource().getConnection();
          Connection bench = warehouse.database().getConnection()) {
        Reading before = Reading.first(line);
        run(others, "create table t (a int)", "insert into t values (1)");
        run(bench, "insert into t values (2)");
        Files.writeString(directory.resolve("after"), "12345");
        check(Reading.last(line).since(before));
      }
    }
  }

  private static void check(Reading used) {
    Reading.Counts counts = used.counts();
    assertThat(counts.statements()).isEqualTo(2);
    assertThat(counts.transactions()).isEqualTo(1);
    assertThat(counts.wal()).isPositive();
    assertThat(counts.objects()).isEqualTo(1);
    assertThat(counts.staged()).isEqualTo(5);
    assertThat(used.processor()).containsOnlyKeys("JVM");
  }

  private static void run(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (String sql : statements) {
        statement.execute(sql);
      }
      connection.commit();
    }
  }

  private record Directory(Warehouse warehouse, Path staging) implements Line {
    @Override
    public Map<String, Long> processes() {
      return Map.of("JVM", ProcessHandle.current().pid());
    }

    @Override
    public Path incoming() {
      return staging;
    }

    @Override
    public OptionalLong published() {
      return OptionalLong.empty();
    }

    @Override
    public void close() {}
  }
}
