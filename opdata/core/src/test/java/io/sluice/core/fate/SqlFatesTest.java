package io.sluice.core.fate;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlFatesTest {

  @ParameterizedTest
  @CsvSource({
    "40001, RETRY_BATCH",
    "40P01, RETRY_BATCH",
    "55P03, RETRY_BATCH",
    "57014, RETRY_BATCH",
    "08006, PAUSE",
    "53300, PAUSE",
    "53100, PAUSE",
    "57P01, PAUSE",
    "57P03, PAUSE",
    "25006, PAUSE",
    "58030, PAUSE",
    "42501, PARK_TARGET",
    "42P01, PARK_TARGET",
    "22P02, SPLIT",
    "22003, SPLIT",
    "23505, SPLIT",
    "23502, SPLIT",
    "42601, UNKNOWN",
    "XX000, UNKNOWN",
    "P0001, UNKNOWN",
    "25001, UNKNOWN"
  })
  void decidesByState(String state, Fate fate) {
    assertThat(SqlFates.of(new SQLException("x", state))).isEqualTo(fate);
  }

  @Test
  void looksAtTheCause_whenThePoolWrapsIt() {
    SQLException wrapped =
        new SQLTransientConnectionException("pool", new SQLException("refused", "42501"));
    assertThat(SqlFates.of(wrapped)).isEqualTo(Fate.PARK_TARGET);
    assertThat(SqlFates.of(new SQLTransientConnectionException("pool timed out")))
        .isEqualTo(Fate.PAUSE);
  }
}
