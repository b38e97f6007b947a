package io.sluice.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteSinkTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0, 0",
    "0, 2, 0.00",
    "5, 1, 0.5",
    "-5, 3, -0.005",
    "37125, 3, 37.125",
    "-1000, 0, -1000",
    "9223372036854775807, 0, 9223372036854775807"
  })
  void writesDecimals_whenGivenUnscaledValueAndScale(long unscaled, int scale, String text)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteSink sink = new ByteSink(out);

    sink.put(unscaled, scale).flush();

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(text);
    assertThat(sink.count()).isEqualTo(text.length());
  }

  @Test
  void keepsOrder_whenTextIsLongerThanTheBuffer() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteSink sink = new ByteSink(out);
    String longText = "x".repeat(100_000);

    sink.put("<").put(longText).put('>').flush();

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("<" + longText + ">");
  }
}
