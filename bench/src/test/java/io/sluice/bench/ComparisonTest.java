package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.simulator.Expected;
import io.sluice.simulator.Expected.CounterSum;
import io.sluice.simulator.Expected.GroupSum;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
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

  private SmallWarehouse warehouse;

  @BeforeEach
  void makeWarehouse() throws SQLException {
    warehouse = new SmallWarehouse();
  }

  @AfterEach
  void close() throws SQLException {
    warehouse.close();
  }

  @Test
  void holds_whenDoublesNumericsAndVectorsAddUpExactly() throws SQLException {
    Checks checks = compare();

    assertThat(checks.hold()).as(printed(checks)).isTrue();
  }

  @Test
  void namesTheCounter_whenASumIsWrong() throws SQLException {
    warehouse.execute("update pm.nrcelldu set a_b = 0.6 where a_b = 0.7");

    Checks checks = compare();

    assertThat(checks.hold()).isFalse();
    assertThat(printed(checks))
        .contains("NRCellDU/a.b: expected 2 numbers with sum 9007199254740993.7");
  }

  @Test
  void doesNotHold_whenARowIsThereTwice() throws SQLException {
    warehouse.execute("insert into pm.nrcelldu_vector select * from pm.nrcelldu_vector");

    Checks checks = compare();

    assertThat(checks.hold()).isFalse();
    assertThat(printed(checks)).containsPattern("WRONG NRCellDU: rows with a repeated key +0 +1");
  }

  @Test
  void doesNotHold_whenAGroupIsMissing() throws SQLException {
    warehouse.execute("delete from sluice.counter; delete from sluice.target_table");

    assertThat(compare().hold()).isFalse();
  }

  private Checks compare() throws SQLException {
    Checks checks = new Checks();
    Comparison.of(EXPECTED, WarehouseSums.read(warehouse.connection()), checks);
    return checks;
  }

  private static String printed(Checks checks) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    checks.print(new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8);
  }
}
