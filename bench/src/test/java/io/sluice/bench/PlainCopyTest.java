package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.EmbeddedDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainCopyTest {
  @TempDir Path directory;

  @Test
  void copiesAllRowsIntoTablesOfTheSameShape_whenPartitioned() throws Exception {
    try (SmallWarehouse warehouse = new SmallWarehouse()) {
      EmbeddedDatabase.Database database = warehouse.database();
      Psql psql = new Psql(database.port(), database.user(), database.password(), database.name());

      PlainCopy.Result result =
          new PlainCopy(warehouse.connection(), psql, directory, "true").run();

      assertThat(result.rows()).isEqualTo(3);
      assertThat(result.bytes())
          .isEqualTo(
              Files.size(directory.resolve("nrcelldu.tsv"))
                  + Files.size(directory.resolve("nrcelldu_vector.tsv")));
      assertThat(result.by()).isEqualTo(psql.isInstalled() ? "psql \\copy" : "the driver's COPY");
      assertThat(one(warehouse, "select a_b__numeric from plain_copy.nrcelldu where suspect"))
          .isEqualTo("9007199254740993");
      assertThat(one(warehouse, "select count(*) from plain_copy.nrcelldu_20261120"))
          .isEqualTo("2");
    }
  }

  @Test
  void copiesSomeRows_whenThereIsACondition() throws Exception {
    try (SmallWarehouse warehouse = new SmallWarehouse()) {
      EmbeddedDatabase.Database database = warehouse.database();
      Psql psql = new Psql(database.port(), database.user(), database.password(), database.name());

      PlainCopy.Result result =
          new PlainCopy(warehouse.connection(), psql, directory, "object = 1").run();

      assertThat(result.rows()).isEqualTo(2);
      assertThat(result.processor()).isPositive();
    }
  }

  private static String one(SmallWarehouse warehouse, String sql) throws Exception {
    try (Statement statement = warehouse.connection().createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
