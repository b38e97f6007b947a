package io.sluice.bench.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The line against the model: bin/chaos --model. */
class ModelRunTest {

  private static final int SHORT = 8;
  private static final int LONG = 200;

  @Test
  void holdsWhatTheModelSays_inSomeHistories() throws IOException, SQLException {
    check(1, SHORT);
  }

  @Test
  @Tag("long")
  void holdsWhatTheModelSays_inManyHistories() throws IOException, SQLException {
    check(1 + SHORT, LONG - SHORT);
  }

  private static void check(long from, int seeds) throws IOException, SQLException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int failed;
    try (PrintStream report = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream nowhere =
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      failed = ModelRun.run(from, seeds, report, nowhere);
    }
    assertThat(failed).as(out.toString(StandardCharsets.UTF_8)).isZero();
  }
}
