package io.sluice.handler.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumberParserTest {

  private final NumberParser parser = new NumberParser();

  private CellKind parse(String text) {
    return parser.parse(text.toCharArray(), 0, text.length());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0, 0",
    "5, 5",
    "+5, 5",
    "007, 7",
    "-12.50, -12.5",
    ".5, 0.5",
    "5., 5",
    "1e3, 1000",
    "1.5E-2, 0.015",
    "9007199254740992, 9007199254740992",
    "1152921504606846976, 1152921504606846976",
    "0.1, 0.1",
    "123456789012345, 123456789012345",
    "1e22, 1e22",
    "2.2250738585072014E-308, 2.2250738585072014E-308"
  })
  void isDouble_whenADoubleHoldsIt(String text, double value) {
    assertThat(parse(text)).isEqualTo(CellKind.DOUBLE);
    assertThat(Double.doubleToLongBits(parser.number())).isEqualTo(Double.doubleToLongBits(value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9007199254740993", "-9007199254740993", "18446744073709551615", "0.12345678901234567890",
        "1e23", "1e400", "1e-400", "123456789012345678901234567890"
      })
  void isNumeric_whenADoubleWouldRoundIt(String text) {
    assertThat(parse(text)).isEqualTo(CellKind.NUMERIC);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "-", "+", ".", "e5", "1e", "1e+", "1 2", "1,2", "@value@", "...", "0x10", "1e99999",
        "NaN", "1.2.3", "--1", "१"
      })
  void isText_whenItIsNoNumber(String text) {
    assertThat(parse(text)).isEqualTo(CellKind.TEXT);
  }

  @Test
  void agreesWithTheJdk_whateverTheNumber() {
    Random random = new Random(42);
    for (int i = 0; i < 200_000; i++) {
      String text = randomNumber(random);
      CellKind kind = parse(text);
      BigDecimal exact = new BigDecimal(text);
      if (kind == CellKind.DOUBLE) {
        double expected = exact.signum() == 0 ? 0 : Double.parseDouble(text);
        assertThat(parser.number()).as(text).isEqualTo(expected);
      } else {
        assertThat(new BigDecimal(Double.parseDouble(text)))
            .as(text)
            .isNotEqualByComparingTo(exact);
      }
    }
  }

  private static String randomNumber(Random random) {
    StringBuilder text = new StringBuilder(random.nextBoolean() ? "-" : "");
    int digits = 1 + random.nextInt(20);
    int point = random.nextInt(2 * digits);
    for (int i = 0; i < digits; i++) {
      text.append((char) ('0' + random.nextInt(10)));
      if (i == point && i < digits - 1) {
        text.append('.');
      }
    }
    return random.nextInt(4) == 0
        ? text.append('e').append(random.nextInt(60) - 30).toString()
        : text.toString();
  }
}
