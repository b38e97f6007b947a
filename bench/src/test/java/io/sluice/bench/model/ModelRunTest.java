package io.sluice.bench.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The line against the model: bin/chaos --model. */
class ModelRunTest {

  /**
   * Some histories, and those in which the line was wrong: a CSV file without its time (8), an
   * archive settled before members that a recovery had brought back (36), counts of a file whose
   * bytes were lost after it was handled (19), a table made while its feed was not defined (63).
   */
  private static final List<Long> SOME = List.of(1L, 2L, 3L, 4L, 7L, 8L, 9L, 19L, 36L, 63L);

  private static final int MANY = 200;

  @Test
  void holdsWhatTheModelSays_inSomeHistories() throws IOException, SQLException {
    check(SOME);
  }

  @Test
  @Tag("long")
  void holdsWhatTheModelSays_inManyHistories() throws IOException, SQLException {
    check(LongStream.rangeClosed(1, MANY).boxed().filter(seed -> !SOME.contains(seed)).toList());
  }

  private static void check(List<Long> seeds) throws IOException, SQLException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int failed;
    try (PrintStream report = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream nowhere =
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      failed = ModelRun.run(seeds, report, nowhere);
    }
    assertThat(failed).as(out.toString(StandardCharsets.UTF_8)).isZero();
  }
}
