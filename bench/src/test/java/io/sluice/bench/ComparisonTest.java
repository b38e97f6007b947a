package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.core.ledger.LedgerSchema;
import io.sluice.simulator.Expected;
import io.sluice.simulator.Expected.CounterSum;
import io.sluice.simulator.Expected.GroupSum;
import io.sluice.testkit.EmbeddedDatabase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final Expected EXPECTED =
      new Expected(
          Map.of("normal", 1L),
          0,
          5,
          0,
          0,
          0,
          List.of(
              new GroupSum(
                  "NRCellDU",
                  2,
                  1,
                  0,
                  0,
                  List.of(
                      new CounterSum("a.b", 2, new BigDecimal("9007199254740993.7"), 0, 0, 0),
                      new CounterSum("v", 0, BigDecimal.ZERO, 1, 1, 0)))));

  private Connection connection;

  @BeforeEach
  void makeWarehouse() throws SQLException {
    EmbeddedDatabase.Database database = EmbeddedDatabase.shared().createDatabase();
    LedgerSchema.migrate(database.dataSource());
    connection = database.dataSource().getConnection();
    execute(
        """
        create schema pm;
        create table pm.nrcelldu (end_time timestamptz, granularity int, element int, object int,
          suspect bool, a_b float8, a_b__numeric numeric);
        create table pm.nrcelldu_vector (end_time timestamptz, granularity int, element int,
          object int, suspect bool, v__vector float8[]);
        insert into sluice.target (schema_name, name, source_name, feed, layout, mode, time_column,
          key_columns) values ('pm', 'nrcelldu', 'NRCellDU', 'pm', 'wide', 'merge', 'end_time', '{}');
        insert into sluice.target_table (target_id, kind, part, table_name)
          values (1, 'main', 1, 'nrcelldu'), (1, 'vector', 1, 'nrcelldu_vector');
        insert into sluice.counter (table_id, target_id, counter, kind, column_name, type, ordinal, feed)
          values (1, 1, 'a.b', 'value', 'a_b', 'float8', 1, 'pm'),
                 (1, 1, 'a.b', 'numeric', 'a_b__numeric', 'numeric', 2, 'pm'),
                 (2, 1, 'v', 'vector', 'v__vector', 'float8[]', 3, 'pm');
        insert into pm.nrcelldu values ('2026-11-20', 900, 1, 1, false, 0.7, null),
                 ('2026-11-20', 900, 1, 2, true, null, 9007199254740993);
        insert into pm.nrcelldu_vector values ('2026-11-20', 900, 1, 1, false, '{1,2}');
        """);
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  @Test
  void holds_whenDoublesNumericsAndVectorsAddUpExactly() throws SQLException {
    Checks checks = compare();

    assertThat(checks.hold()).as(printed(checks)).isTrue();
  }

  @Test
  void namesTheCounter_whenASumIsWrong() throws SQLException {
    execute("update pm.nrcelldu set a_b = 0.6 where a_b = 0.7");

    Checks checks = compare();

    assertThat(checks.hold()).isFalse();
    assertThat(printed(checks))
        .contains("NRCellDU/a.b: expected 2 numbers with sum 9007199254740993.7");
  }

  @Test
  void doesNotHold_whenARowIsThereTwice() throws SQLException {
    execute("insert into pm.nrcelldu_vector select * from pm.nrcelldu_vector");

    Checks checks = compare();

    assertThat(checks.hold()).isFalse();
    assertThat(printed(checks)).containsPattern("WRONG NRCellDU: rows with a repeated key +0 +1");
  }

  @Test
  void doesNotHold_whenAGroupIsMissing() throws SQLException {
    execute("delete from sluice.counter; delete from sluice.target_table");

    assertThat(compare().hold()).isFalse();
  }

  private Checks compare() throws SQLException {
    Checks checks = new Checks();
    Comparison.of(EXPECTED, WarehouseSums.read(connection), checks);
    return checks;
  }

  private static String printed(Checks checks) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    checks.print(new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8);
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
